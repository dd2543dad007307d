import assert from "node:assert/strict";
import { ControlError, FleetError } from "../../../lib/errors.ts";
import { Exchange } from "../../../lib/fleet/mod.ts";
import { FRAME, makeCount, makeFrame } from "../../../lib/fleet/control/frame.ts";
import {
  FLEET_ALIVE_MS,
  FLEET_PIECE_BYTES,
  FLEET_SILENT_MS,
  FLEET_STALL_MS,
  FLEET_WINDOW_BYTES,
} from "../../../lib/limits.ts";
import { exchangePair } from "../../support/exchange.ts";
import { FakeTimers } from "../../support/fake_timers.ts";

/** Lets everything happen that waits for nothing else. */
const settle = () => new Promise<void>((resolve) => queueMacrotask(resolve));

function queueMacrotask(call: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    port2.close();
    call();
  };
  port2.postMessage(undefined);
}

function isUnreachable(pattern: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof FleetError && error.code === "host-unreachable" && pattern.test(error.message);
}

Deno.test("exchange: heads and bytes come as they were sent, in messages that fit the server", async () => {
  const { caller, host, messages } = exchangePair(1000);
  caller.sendHead({ kind: "test" });
  assert.deepEqual(await host.head, { kind: "test" });
  host.sendHead({ status: 200 });
  assert.deepEqual(await caller.head, { status: 200 });
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const read = (end: Exchange) => new Response(end.readable).bytes();
  const [upload, download] = [read(host), read(caller)];
  await Promise.all([caller.write(bytes.subarray(0, 10)), caller.write(bytes.subarray(10))]);
  await caller.end();
  assert.deepEqual(await upload, bytes);
  await host.write(bytes);
  await host.end();
  assert.deepEqual(await download, bytes);
  assert(messages.every(({ message }) => message.length <= 1000));
  assert(caller.signal.aborted && host.signal.aborted);
});

Deno.test("exchange: an end that does not read gets a window, and no more until it reads", async () => {
  const { caller, host, messages } = exchangePair();
  let isWritten = false;
  const size = FLEET_WINDOW_BYTES * 3;
  host.sendHead({});
  const written = host.write(new Uint8Array(size)).then(() => isWritten = true);
  await settle();
  const sent = () => messages.reduce((sum, { message }) => sum + message.length, 0);
  assert(sent() > FLEET_WINDOW_BYTES / 2 && sent() <= FLEET_WINDOW_BYTES, `${sent()}`);
  assert.equal(isWritten, false);
  const reader = caller.readable.getReader();
  let bytes = 0;
  while (bytes < size) bytes += (await reader.read()).value!.length;
  await written;
  caller.abort(new Error("done"));
  await assert.rejects(reader.read(), /done/);
});

Deno.test("exchange: an error goes to the other end with its code", async () => {
  const { caller, host } = exchangePair();
  host.abort(new ControlError("busy", "too much"));
  await assert.rejects(
    caller.head,
    (error) =>
      error instanceof ControlError && error.code === "busy" && /too much/.test(`${error}`),
  );
  await assert.rejects(caller.readable.getReader().read(), /too much/);
  await assert.rejects(caller.write(new Uint8Array(1)), /too much/);
});

Deno.test("exchange: a caller that reads no more ends the answer; a host may answer without having read", async () => {
  {
    const { caller, host } = exchangePair();
    await caller.readable.cancel();
    await settle();
    await assert.rejects(host.write(new Uint8Array(1)));
  }
  const { caller, host } = exchangePair();
  caller.sendHead({});
  const upload = caller.write(new Uint8Array(FLEET_WINDOW_BYTES * 2));
  await host.readable.cancel();
  host.sendHead({ status: 413 });
  await host.end();
  await assert.rejects(upload, /is over/);
  assert.deepEqual(await caller.head, { status: 413 });
  assert.equal((await new Response(caller.readable).bytes()).length, 0);
});

Deno.test("exchange: an end that is silent is gone after a time, and one that has nothing to say is not", async () => {
  using timers = new FakeTimers();
  const { caller, host, cut } = exchangePair();
  for (let ms = 0; ms < FLEET_SILENT_MS * 3; ms += FLEET_ALIVE_MS) {
    timers.pass(FLEET_ALIVE_MS);
    await settle();
  }
  assert(!caller.signal.aborted && !host.signal.aborted);
  cut("caller");
  cut("host");
  timers.pass(FLEET_ALIVE_MS);
  for (let ms = 0; ms < FLEET_SILENT_MS; ms += FLEET_ALIVE_MS) {
    assert(!caller.signal.aborted && !host.signal.aborted);
    timers.pass(FLEET_ALIVE_MS);
  }
  await assert.rejects(caller.head, isUnreachable(/^the host was not heard of for 6 s$/));
  await assert.rejects(host.head, isUnreachable(/^the caller was not heard of for 6 s$/));
  assert.equal(timers.size, 0);
});

Deno.test("exchange: a caller that is there and does not read ends the answer after a time", async () => {
  using timers = new FakeTimers();
  const { caller, host } = exchangePair();
  host.sendHead({});
  const written = host.write(new Uint8Array(FLEET_WINDOW_BYTES * 2));
  written.catch(() => {});
  await settle();
  for (let ms = 0; ms < FLEET_STALL_MS; ms += FLEET_ALIVE_MS) {
    timers.pass(FLEET_ALIVE_MS);
    await settle();
    assert(!host.signal.aborted);
  }
  timers.pass(FLEET_ALIVE_MS);
  await assert.rejects(written, /^ControlError: the caller has read nothing for 30 s$/);
  await settle();
  assert(caller.signal.aborted);
});

Deno.test("exchange: a lost message and what breaks the rules end it, and nothing else", () => {
  const text = (content: string) => new TextEncoder().encode(content);
  const head = makeFrame(FRAME.head, 0, text("{}"));
  const cases: readonly (readonly [RegExp, ...Uint8Array[]])[] = [
    [/lost on the way/, head, makeFrame(FRAME.data, 2)],
    [/lost on the way/, head, head],
    [/no message/, new Uint8Array()],
    [/no message/, makeFrame(99 as never, 0)],
    [/no message/, new Uint8Array(FLEET_PIECE_BYTES + 6).fill(FRAME.data)],
    [/may not send now/, makeFrame(FRAME.data, 0)],
    [/ends before it begins/, makeFrame(FRAME.end, 0)],
    [/head that is no object of JSON, or two/, head, makeFrame(FRAME.head, 1, text("{}"))],
    [/head that is no object of JSON, or two/, makeFrame(FRAME.head, 0, text("[]"))],
    [/head that is no object of JSON, or two/, makeFrame(FRAME.head, 0, new Uint8Array([0xff]))],
    [/more come than a window/, head, makeFrame(FRAME.credit, 1, makeCount(1))],
    [/more come than a window/, head, makeFrame(FRAME.credit, 1, text("x"))],
    [/may not send now/, head, makeFrame(FRAME.end, 1), makeFrame(FRAME.data, 2, text("x"))],
    [
      /may not send now/,
      head,
      ...Array.from(
        { length: FLEET_WINDOW_BYTES / FLEET_PIECE_BYTES },
        (_, i) => makeFrame(FRAME.data, i + 1, new Uint8Array(FLEET_PIECE_BYTES)),
      ),
    ],
    [
      /may not send now/,
      head,
      ...Array.from(
        { length: FLEET_WINDOW_BYTES / 64 + 1 },
        (_, i) => makeFrame(FRAME.data, i + 1),
      ),
    ],
    [/without a reason/, makeFrame(FRAME.abort, 0, text("no JSON"))],
  ];
  for (const [expected, ...frames] of cases) {
    const line = { end: "host" as const, other: "the caller", maxBytes: 1e6, send() {}, over() {} };
    const exchange = new Exchange(line);
    for (const frame of frames) exchange.receive(frame);
    assert(exchange.signal.aborted, `${expected}`);
    assert.match(`${exchange.signal.reason}`, expected);
  }
});
