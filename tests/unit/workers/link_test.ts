import assert from "node:assert/strict";
import { ApiMisuseError, AuthError } from "../../../lib/errors.ts";
import { type Letters, Link } from "../../../lib/workers/link.ts";

class Service {
  readonly calls: unknown[] = [];

  note(value: unknown): void {
    this.calls.push(value);
  }

  double(number: number): number {
    return 2 * number;
  }

  async later(text: string): Promise<string> {
    return await Promise.resolve(`${text}!`);
  }

  refuse(isLate: boolean): Promise<never> {
    const error = new AuthError("no-slot-left", "all 3 places are taken", { comment: "Ann" });
    if (isLate) return Promise.reject(error);
    throw error;
  }

  fail(): void {
    throw new RangeError("broken");
  }
}

/** Two ends whose messages are copied as between threads. */
function connect() {
  const service = new Service();
  const messages: Letters[] = [];
  const near = new Link<Service, Service>((letters) => {
    messages.push(letters);
    far.receive(structuredClone(letters));
  }, new Service());
  const far: Link<Service, Service> = new Link((letters) => {
    near.receive(structuredClone(letters));
  }, service);
  return { near, service, messages };
}

Deno.test({
  name: "calls of one turn are one message, arrive in order, and are answered",
  permissions: "none",
  fn: async () => {
    const { near, service, messages } = connect();
    near.tell("note", 1);
    const doubled = near.ask("double", 21);
    const later = near.ask("later", "hello");
    near.tell("note", 2);
    assert.deepEqual([await doubled, await later], [42, "hello!"]);
    assert.deepEqual(service.calls, [1, 2]);
    assert.equal(messages.length, 1);
  },
});

Deno.test({
  name: "errors with a code keep their class, others their text",
  permissions: "none",
  fn: async () => {
    const { near } = connect();
    for (const isLate of [false, true]) {
      await assert.rejects(near.ask("refuse", isLate), (error: unknown) => {
        assert(error instanceof AuthError);
        const { code, message, comment } = error;
        assert.deepEqual([code, message, comment], [
          "no-slot-left",
          "all 3 places are taken",
          "Ann",
        ]);
        return true;
      });
    }
    await assert.rejects(near.ask("fail"), { message: "broken" });
  },
});

Deno.test({
  name: "calls that are not answered fail when the other end is gone, and later ones are not sent",
  permissions: "none",
  fn: async () => {
    const messages: Letters[] = [];
    const link = new Link<Service, Service>((letters) => messages.push(letters), new Service());
    const pending = link.ask("double", 1);
    await Promise.resolve();
    link.end(new ApiMisuseError("wrong-state", "gone"));
    await assert.rejects(pending, { code: "wrong-state" });
    await assert.rejects(link.ask("double", 2), { code: "wrong-state" });
    link.tell("note", 3);
    link.flush();
    assert.equal(messages.length, 1);
  },
});
