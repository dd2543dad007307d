/** Typing over real sockets: paced by what clients show that they have taken. */

import assert from "node:assert/strict";
import { decodeUtf8Lenient, encodeUtf8 } from "../../lib/bytes/text.ts";
import { MAX_EVENTS_UNDER_WAY, MAX_RECORDS_AHEAD } from "../../lib/limits.ts";
import type { Source } from "../../lib/mod.ts";
import type { TestClient } from "../support/clients.ts";
import { Bench } from "../support/listen.ts";

/** What libarcan_tui announces and answers. */
const LABEL = {
  category: "external",
  kind: "labelhint",
  label: "COPY_WINDOW",
  datatype: 2,
} as const;

/** Reads until a message has come, and answers the label as libarcan_tui does. */
async function untilMessage(client: TestClient): Promise<string> {
  client.session.sendEvent(0, LABEL);
  let typed = "";
  for (let at = 0;; at++) {
    while (at === client.events.length) assert.ok(await client.read());
    const event = client.events[at]!;
    if (event.type !== "event") continue;
    if (event.event.kind === "message") return typed;
    if (event.event.kind !== "translated" || !event.event.active) continue;
    typed += event.event.utf8;
    if (decodeUtf8Lenient(event.event.label) !== "COPY_WINDOW") continue;
    client.session.sendEvent(0, {
      category: "external",
      kind: "segreq",
      segkind: 24,
      id: 0x2c0c0,
    });
  }
}

Deno.test("typing: much more than a client's queue holds reaches it whole and in order", async () => {
  const text = Array.from({ length: 2_000 }, (_, i) => String(i % 10)).join("");
  let source: Source | undefined;
  await using bench = await Bench.start({ client: (one) => void (source = one) });
  using client = await bench.login();
  const pasted = source!.paste(text);
  const behind = source!.messageTarget("behind it");
  assert.ok(pasted instanceof Promise && behind instanceof Promise);
  assert.equal(await untilMessage(client), text);
  assert.deepEqual([await pasted, await behind], [true, true]);
  const requests = bench.calls.filter(({ status }) => status.kind === "segment_request");
  assert.equal(requests.length, 1, "the login is a request, what the client answers is none");
});

Deno.test("typing: a handler that waits for what it types does not hold its client up", async () => {
  const text = Array.from({ length: 1_000 }, (_, i) => String(i % 10)).join("");
  const order: string[] = [];
  await using bench = await Bench.start({
    client: async (source, status) => {
      if (status.kind === "ident") order.push(status.message);
      if (status.kind !== "ident" || status.message !== "first") return;
      // The client is held up by now.
      await new Promise((resolve) => setTimeout(resolve));
      order.push(`typed ${await source.paste(text)}`);
      await source.messageTarget("behind it");
    },
  });
  using client = await bench.login();
  for (const message of ["first", "second"]) {
    client.session.sendEvent(0, {
      category: "external",
      kind: "ident",
      message: encodeUtf8(message),
    });
  }
  assert.equal(await untilMessage(client), text);
  await bench.until(() => order.includes("second"), "the second record");
  assert.deepEqual(order, ["first", "typed true", "second"], "records wait all the same");
});

Deno.test("typing: a client that answers nothing and tells without end is held up", async () => {
  const text = "x".repeat(MAX_EVENTS_UNDER_WAY + 20);
  let typed: boolean | undefined;
  await using bench = await Bench.start({
    client: async (source, status) => {
      if (status.kind === "ident") typed ??= await source.paste(text);
    },
  });
  using client = await bench.login();
  client.session.sendEvent(0, LABEL);
  const count = MAX_RECORDS_AHEAD + 500;
  for (let i = 0; i < count; i++) {
    client.session.sendEvent(0, { category: "external", kind: "ident", message: encodeUtf8("x") });
    if (i % 100 === 0) await client.flush();
  }
  await client.flush();
  await bench.until(
    () => bench.calls.filter(({ status }) => status.kind === "ident").length === count,
    "all records",
  );
  assert.equal(typed, true);
});

Deno.test("typing: what waits for a client that leaves was not sent", async () => {
  let source: Source | undefined;
  await using bench = await Bench.start({ client: (one) => void (source = one) });
  const client = await bench.login();
  const pasted = source!.paste("x".repeat(10_000));
  client.close();
  assert.equal(await pasted, false);
  assert.equal(source!.pressKey("a"), false);
});
