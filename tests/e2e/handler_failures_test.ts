/** Handlers that fail repeatedly. */

import assert from "node:assert/strict";
import { Bench } from "../support/listen.ts";

Deno.test("a handler that fails at each record gives one log line a kind, a count, and one EXIT", async () => {
  const fails = ["ident", "cursorhint"];
  await using bench = await Bench.start({
    client: (source, { kind }) => {
      if (fails.includes(kind)) throw new Error(`no ${kind} of ${source.segkind}`);
    },
    observers: [(_, { kind }) => kind === "ident" ? Promise.reject(new Error("no")) : undefined],
  });
  using client = await bench.login();
  const message = new TextEncoder().encode("again");
  for (let i = 0; i < 500; i++) {
    client.session.sendEvent(0, { category: "external", kind: "ident", message });
    client.session.sendEvent(0, { category: "external", kind: "cursorhint", message });
  }
  await client.flush();
  await client.untilEvent("exit");
  client.session.sendEvent(0, { category: "external", kind: "alert", message });
  await client.flush();
  await bench.until(
    () => bench.calls.some(({ status }) => status.kind === "alert"),
    "all records of the client",
  );
  client.close();
  await bench.until(() => bench.log.of("client-left").length > 0, "the end");
  const kinds = (event: string) => bench.log.of(event).map(({ fields }) => fields["kind"]);
  assert.deepEqual(kinds("handler-failed"), fails);
  assert.deepEqual(kinds("observer-failed"), ["ident"]);
  assert.equal(bench.log.of("client-left")[0]!.fields["handler_failures"], 1_500);
  const exits = client.events.filter((event) =>
    event.type === "event" && event.event.kind === "exit"
  );
  assert.equal(exits.length, 1);
});
