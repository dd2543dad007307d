// A record that goes to its handler at once comes as it would after the steps of a delivery, and so does
// an event that is printed without its record.

import assert from "node:assert/strict";
import fc from "fast-check";
import { DecoderPool } from "../../lib/decoders/h264/worker/decoder_pool.ts";
import { printHandler, type PrintLine } from "../../lib/handlers/print.ts";
import { ClientLog } from "../../lib/net/client_log.ts";
import { Counters } from "../../lib/net/counters.ts";
import { LiveClient } from "../../lib/net/live_client.ts";
import { Pump } from "../../lib/net/pump.ts";
import { MAX_EVENTS_UNCONFIRMED } from "../../lib/limits.ts";
import { DISPLAY_DEFAULTS } from "../../lib/segment/preroll.ts";
import { EventPacket } from "../../lib/session/event_packet.ts";
import type { ClientHandler, Source } from "../../lib/segment/source.ts";
import type { Status } from "../../lib/segment/status.ts";
import { EVENT_BODY_BYTES } from "../../lib/wire/constants.ts";
import { encodeEventPacket } from "../../lib/wire/event/event.ts";
import type { EventInput } from "../../lib/wire/event/types.ts";
import { concat } from "../support/feed.ts";
import type { KeptEvent } from "../support/kept_event.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { LogBook } from "../support/log_book.ts";
import { CLIENT_KEY, drain, Pair, REGISTER } from "../support/pair.ts";
import { turn } from "../support/pump_rig.ts";
import { MemorySocket } from "../support/sockets.ts";

const external = { category: "external" } as const;
const text = fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: "binary", maxLength: 9 }))
  .map((written) => written.replaceAll("\0", ""));
const event: fc.Arbitrary<EventInput> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ message: text, multipart: fc.nat(1) }).map((fields) =>
      ({ ...external, kind: "message", ...fields }) as const
    ),
  },
  text.map((message) => ({ ...external, kind: "alert", message, multipart: 0 }) as const),
  text.map((message) => ({ ...external, kind: "ident", message }) as const),
  fc.constantFrom<EventInput>(
    { ...external, kind: "viewport", x: -3, width: 640, invisible: true },
    { ...external, kind: "cursorhint", message: "hand" },
    { ...external, kind: "statesize", size: 7 },
    { ...external, kind: "content", xPos: 0.5 },
    { ...external, kind: "labelhint", label: "QUIT", datatype: 2 },
    { ...external, kind: "inputmask", device: 1, types: 2 },
    { ...external, kind: "streamstatus", completion: 1 },
    { ...external, kind: "segreq", id: 5, segkind: 10 },
    { ...external, kind: "clockreq", rate: 1 },
    { category: "input", kind: "touch", x: 4 },
    REGISTER,
  ),
);
/**
 * What the handler does with a record; `observe` adds an observer before it, and after `together` the next
 * event comes in the same turn.
 */
const deed = fc.constantFrom(
  "nothing",
  ...["together", "together", "together"],
  "hold",
  "throw",
  "accept",
  "close",
  "observe",
);
/** So few that no answer waits for its time: those of an event are one at most. */
const MOST_STEPS = MAX_EVENTS_UNCONFIRMED - 12;
const steps = fc.array(fc.tuple(event, fc.constantFrom(0, 0, 0, 1, 2), deed), {
  maxLength: MOST_STEPS,
});
const REGISTERS = [REGISTER, 0, "nothing"] as const;
/** How many events come while the handler holds its client. */
const HELD_EVENTS = 2;
/** More than is sent to a client that has shown nothing. */
const TYPED = "x".repeat(MAX_EVENTS_UNCONFIRMED);

/**
 * Gives events to a client.
 *
 * @param given Each with its channel and the deed of the handler.
 * @param handles Whether the handler is one of our own, or the one that prints.
 * @param aside What sees the records as well, which rules out that they go to the handler at once.
 * @returns What the handler got, what was logged, what is noted of the segment, and what was sent.
 */
async function run(
  given: readonly (readonly [EventInput, number, string])[],
  handles: "records" | "lines",
  aside: "nothing" | "a tap" | "a tap of the client" | "an observer",
): Promise<unknown> {
  using _clock = new FakeClock();
  const seen: unknown[] = [];
  const calls: unknown[] = [];
  const seenAside: unknown[] = [];
  const log = new LogBook();
  const socket = new MemorySocket();
  using pair = new Pair().login();
  const pump = new Pump(socket, pair.server);
  let id = 0;
  const client = new LiveClient({
    session: pair.server,
    pump,
    decoders: new DecoderPool(),
    log: new ClientLog(log, "[::1]:1"),
    counters: new Counters(),
    tap: aside !== "a tap" ? {} : {
      onRecord: (_client, source, status) => void seenAside.push([source, status]),
    },
    nextId: () => ++id,
    peer: { publicKey: "", fingerprint: "", address: "" },
    display: DISPLAY_DEFAULTS,
    h264: "cancel",
  });
  let next = "";
  let held: PromiseWithResolvers<void> | undefined;
  const hold = () => {
    if (next !== "hold" || held !== undefined) return undefined;
    held = Promise.withResolvers();
    return held.promise;
  };
  const ownHandler: ClientHandler = (source, status, input) => {
    seen.push([source.id, status, input]);
    calls.push([source.id, status]);
    if (next === "throw") throw new Error("on purpose");
    if (next === "accept" && status.kind === "segment_request") source.acceptTarget();
    if (next === "close") source.deleteImage();
    return hold()?.then(() => void seen.push("held"));
  };
  const print: PrintLine = (text, source) => {
    for (const line of text.split("\n")) seen.push([source, line]);
    return hold();
  };
  // It takes clients as well.
  const printer = printHandler(print, false, true) as unknown as ClientHandler;
  client.source.targetUpdatehandler(handles === "records" ? ownHandler : printer);
  if (aside === "an observer") {
    client.source.addObserver((source, status) => void seenAside.push([source.id, status]));
  }
  if (aside === "a tap of the client") {
    const onRecord = ({ id }: Source, status: Status) => void seenAside.push([id, status]);
    client.view().taps.add({ onRecord, onAudio() {} });
  }
  const taken: (Promise<void> | undefined)[] = [];
  const goOn = async () => {
    next = "";
    held?.resolve();
    held = undefined;
    await Promise.all(taken.splice(0));
    await turn();
  };
  for (const [input, channel, what] of [...given.slice(0, 2), REGISTERS, ...given.slice(2)]) {
    next = what;
    if (what === "observe") client.source.addObserver(() => {});
    const body = new Uint8Array(EVENT_BODY_BYTES);
    encodeEventPacket(input, { lastSeen: 0, channel }, body);
    taken.push(client.take(new EventPacket(body)));
    const isLast = held === undefined && what !== "together";
    if (isLast || taken.length > HELD_EVENTS) await goOn();
  }
  await goOn();
  // How much of it is sent, and whether probes are, depends on what the client has shown.
  client.source.typeText(TYPED);
  pump.flush();
  client.end("");
  await client.deliver();
  await turn();
  if (aside !== "nothing" && handles === "records") assert.deepEqual(seenAside, calls);
  const sent: KeptEvent[] = [];
  pair.client.receive(concat(socket.written));
  drain(pair.client, CLIENT_KEY, sent);
  const { ident, cursor, place } = client.source.segment;
  return { seen, log: log.lines.map(({ event }) => event), noted: [ident, cursor, place], sent };
}

async function compare(
  given: Parameters<typeof run>[0],
  handles: "records" | "lines" = "records",
): Promise<void> {
  const atOnce = await run(given, handles, "nothing");
  for (const aside of ["a tap", "a tap of the client", "an observer"] as const) {
    assert.deepEqual(atOnce, await run(given, handles, aside), aside);
  }
}

Deno.test("records: what goes to a handler at once is what goes by the steps of a delivery", async () => {
  await fc.assert(fc.asyncProperty(steps, (given) => compare(given)));
});

Deno.test("records: what is printed without them is what is printed of them", async () => {
  await fc.assert(fc.asyncProperty(steps, (given) => compare(withoutRaces(given), "lines")));
});

/**
 * Lines are printed at the end of a turn, so a client is held from then on. Which events find a new
 * segment would depend on that.
 */
function withoutRaces(given: Parameters<typeof run>[0]): Parameters<typeof run>[0] {
  if (given.every(([{ kind }]) => kind !== "segreq")) return given;
  return given.map((
    [event, channel, what],
  ) => [event, channel, what === "hold" ? "nothing" : what]);
}

Deno.test("records: the label that announces probes counts when it goes to a handler at once", async () => {
  const ident = [{ ...external, kind: "ident", message: "" }, 0, "nothing"] as const;
  const announced = { ...external, kind: "labelhint", label: "COPY_WINDOW", datatype: 2 } as const;
  await compare([ident, ident, [announced, 0, "nothing"]]);
});
