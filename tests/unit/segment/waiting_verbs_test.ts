import assert from "node:assert/strict";
import { ApiMisuseError } from "../../../lib/errors.ts";
import {
  MAX_EVENTS_UNCONFIRMED,
  MAX_WAITING_CALLS,
  MAX_WAITING_UNITS,
} from "../../../lib/limits.ts";
import { APPLICATION, Fixture } from "../../support/segment_fixture.ts";

const pure = { permissions: "none" } as const;

Deno.test(
  "verbs: what waits is sent in order, and its promise says that it was",
  pure,
  async () => {
    const fixture = new Fixture({ kind: APPLICATION });
    const { source } = fixture;
    const order: string[] = [];
    const note = (name: string) => (wasSent: boolean) => void order.push(`${name} ${wasSent}`);
    const text = source.typeText("x".repeat(10_000));
    const seek = source.targetSeek(1);
    assert.ok(text instanceof Promise && seek instanceof Promise);
    const settled = Promise.all([text.then(note("text")), seek.then(note("seek"))]);
    await Promise.resolve();
    assert.deepEqual(order, []);
    const events = fixture.takeEvents();
    assert.equal(events.length, 20_001);
    assert.equal(events.at(-1)!.kind, "seektime");
    await settled;
    assert.deepEqual(order, ["text true", "seek true"]);
    assert.equal(source.targetSeek(1), true, "with nothing in front of it it goes at once");
  },
);

Deno.test("verbs: what waits when the client ends was not sent", pure, async () => {
  for (const end of ["deleteImage", "lost"] as const) {
    const fixture = new Fixture({ kind: APPLICATION });
    const sent = fixture.source.typeText("x".repeat(1_000));
    if (end === "lost") fixture.end();
    else fixture.source.deleteImage();
    assert.equal(await sent, false, end);
    assert.equal(fixture.source.typeText("x"), false);
  }
});

function full(call: () => unknown): void {
  assert.throws(
    call,
    (error) =>
      error instanceof ApiMisuseError && error.code === "queue-full" &&
      /await what the verbs return$/.test(error.message),
  );
}

Deno.test(
  "verbs: a caller that waits for nothing is told so at a bound, and nothing is lost",
  pure,
  () => {
    const fixture = new Fixture({ kind: APPLICATION });
    const { source, session } = fixture;
    const text = "x".repeat(1 << 20);
    void source.typeText("x".repeat(1_000));
    for (let i = 1; i < MAX_WAITING_CALLS; i++) void source.targetSeek(1);
    full(() => source.targetSeek(1));
    full(() => source.typeText("x"));
    assert.ok(session.outputBytes <= 65_536, "a client is never ended for what waits for it");
    assert.equal(fixture.takeEvents().length, 2_000 + MAX_WAITING_CALLS - 1);
    for (let i = 0; i < MAX_WAITING_UNITS / text.length; i++) void source.paste(text);
    full(() => source.paste("x"));
  },
);

Deno.test(
  "replies: a client that asks without end gets them, other events keep their turn",
  pure,
  () => {
    const fixture = new Fixture({ kind: APPLICATION });
    const { session } = fixture;
    fixture.take();
    void fixture.source.paste("x".repeat(100));
    for (let id = 0; id < MAX_WAITING_CALLS + 100; id++) {
      fixture.event({ category: "external", kind: "segreq", segkind: 16, id });
      fixture.deliver();
    }
    assert.equal(session.sent.length, MAX_EVENTS_UNCONFIRMED + 100);
    assert.equal(fixture.source.inputCapabilities().keyboard, true);
    const kinds = fixture.takeEvents().map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === "translated").length, 100);
    assert.equal(kinds.filter((kind) => kind === "reqfail").length, MAX_WAITING_CALLS + 100);
  },
);
