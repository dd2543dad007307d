import assert from "node:assert/strict";
import { FairShare } from "../../../lib/bytes/fair_share.ts";
import { SinkEndpoint } from "../../../lib/segment/endpoint.ts";
import { DISPLAY_DEFAULTS } from "../../../lib/segment/preroll.ts";
import type { SessionEvent } from "../../../lib/session/events.ts";
import { decodeControl, encodeControl } from "../../../lib/wire/control.ts";
import { CONTROL_BODY_BYTES, VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { decodeEvent, encodeEvent } from "../../../lib/wire/event/event.ts";
import { EVENT_BYTES } from "../../../lib/wire/constants.ts";
import { FakeSession } from "./endpoint_support.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const SIDE = 16;
const PICTURE_BYTES = SIDE * SIDE * 4;

/** A client that has registered and draws pictures of {@linkcode PICTURE_BYTES}. */
class Client {
  readonly endpoint: SinkEndpoint;
  readonly faults: string[] = [];

  constructor(memory: FairShare, publicKey = "") {
    let id = 0;
    this.endpoint = new SinkEndpoint(new FakeSession(), {
      nextId: () => ++id,
      peer: { publicKey, fingerprint: "", address: "" },
      display: DISPLAY_DEFAULTS,
      onOutput: () => {},
      onNotice: () => {},
      onExit: () => {},
      memory,
    });
    const bytes = new Uint8Array(EVENT_BYTES);
    encodeEvent({ category: "external", kind: "register", segkind: 4, title: "t" }, bytes);
    this.take({ type: "event", channel: 0, event: decodeEvent(bytes) });
  }

  draw(commit = true): void {
    const body = new Uint8Array(CONTROL_BODY_BYTES);
    encodeControl(
      {
        command: "videoframe",
        stream: 1,
        format: VIDEO_FORMAT.rgba,
        surfaceWidth: SIDE,
        surfaceHeight: SIDE,
        x: 0,
        y: 0,
        width: SIDE,
        height: SIDE,
        flags: 0,
        length: PICTURE_BYTES,
        expandedLength: PICTURE_BYTES,
        commit,
      },
      body,
      0,
      { lastSeen: 0 },
    );
    this.take({ type: "control", control: decodeControl(body) });
    const payload = new Uint8Array(PICTURE_BYTES);
    this.take({ type: "data", stream: "video", channel: 0, streamId: 0, payload });
  }

  take(event: SessionEvent): void {
    this.endpoint.take(event);
    for (let it = this.endpoint.nextNotice(); it; it = this.endpoint.nextNotice()) {
      if (it.type === "fault") this.faults.push(it.error.code);
      this.endpoint.settle(it);
    }
  }
}

test("all clients draw on one memory; who leaves gives everything back", () => {
  const all = new FairShare(5 * PICTURE_BYTES);
  const [one, two, three] = [new Client(all), new Client(all), new Client(all)];
  one.draw();
  two.draw();
  three.draw();
  assert.deepEqual([one.faults, two.faults, three.faults], [[], [], ["memory-limit"]]);
  assert.equal(all.used, 2 * PICTURE_BYTES);
  one.endpoint.end("");
  assert.equal(all.used, PICTURE_BYTES);
  three.draw();
  assert.deepEqual(three.faults, ["memory-limit"], "the client that was refused goes on");
  two.draw(false);
  assert.deepEqual(two.faults, ["memory-limit"], "a second picture beside the one that is shown");
  two.endpoint.end("");
  three.endpoint.end("");
  assert.equal(all.used, 0);
});

test("a key that takes what it can leaves the client of another key its pictures", () => {
  const all = new FairShare(8 * PICTURE_BYTES);
  const greedy = Array.from({ length: 8 }, () => new Client(all, "greedy"));
  for (const client of greedy) client.draw();
  assert.equal(greedy.filter(({ faults }) => faults.length === 0).length, 4);
  const ordinary = new Client(all, "ordinary");
  ordinary.draw();
  ordinary.draw(false);
  assert.deepEqual(ordinary.faults, []);
});
