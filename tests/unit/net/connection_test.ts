// A client that goes away at any byte: the connection ends, is logged once at most, and leaves nothing.

import assert from "node:assert/strict";
import { AuthError } from "../../../lib/errors.ts";
import { Connection } from "../../../lib/net/connection.ts";
import type { Host } from "../../../lib/net/connection.ts";
import { DISPLAY_DEFAULTS } from "../../../lib/segment/preroll.ts";
import { typescriptProvider } from "../../../lib/crypto/typescript.ts";
import { concat } from "../../support/feed.ts";
import { LogBook } from "../../support/log_book.ts";
import { REGISTER, SERVER_KEY, serverSession } from "../../support/pair.ts";
import { spyOn } from "../../support/providers.ts";
import { scriptLogin } from "../../support/script.ts";
import { MemorySocket } from "../../support/sockets.ts";

const MODES = ["ephemeral", "direct"] as const;
const ENDS = { "its end": null, "a reset": new Deno.errors.ConnectionReset("reset") } as const;

/** A connection in memory, and what its listener would see of it. */
class Rig {
  readonly socket = new MemorySocket();
  readonly log = new LogBook();
  readonly spied = spyOn(typescriptProvider);
  readonly kinds: string[] = [];
  readonly connection: Connection;
  handovers = 0;
  departures = 0;

  constructor(admits = true) {
    const host: Host = {
      log: this.log,
      display: DISPLAY_DEFAULTS,
      h264: "cancel",
      identity: () => SERVER_KEY,
      admit: () => {
        if (admits) return undefined;
        throw new AuthError("unknown-key", "the key is not in the keystore");
      },
      arrived: () => {},
      handover: (connection) => {
        this.handovers++;
        const { primary } = connection.takeOver();
        primary.targetUpdatehandler((_source, status) => void this.kinds.push(status.kind));
        return true;
      },
      left: () => void this.departures++,
    };
    const remote = { hostname: "192.0.2.1", port: 7 };
    const session = serverSession({ crypto: this.spied.crypto, startMs: performance.now() });
    this.connection = new Connection(host, this.socket, remote, session);
  }

  /** Runs over some bytes and an end. */
  async run(bytes: Uint8Array, end: null | Error): Promise<void> {
    this.socket.give(bytes, end);
    await this.connection.run();
    assert.ok(this.socket.isClosed);
    assert.equal(this.spied.open, 0, "keys are given back");
    assert.equal(this.departures, 1);
  }

  /** The lines that an administrator sees by default. */
  get reports(): string[] {
    return this.log.lines.filter(({ level }) => level !== "debug")
      .map(({ event, fields }) => `${event} ${fields["reason"] ?? ""}`.trim());
  }
}

for (const mode of MODES) {
  for (const [what, end] of Object.entries(ENDS)) {
    Deno.test({
      name: `a client in ${mode} mode that goes away by ${what} at any byte`,
      permissions: "none",
      fn: async () => {
        const { hellos, peer } = scriptLogin(mode);
        const packets = peer.event(REGISTER).data("video", new Uint8Array(40)).take();
        const bytes = concat([hellos, packets]);
        for (let cut = 0; cut <= bytes.length; cut++) {
          const rig = new Rig();
          await rig.run(bytes.subarray(0, cut), end);
          check(rig, cut, hellos.length, bytes.length, end === null);
        }
      },
    });
  }
}

/** What must be seen of a client that sent so many bytes. */
function check(rig: Rig, cut: number, hellos: number, all: number, isPlain: boolean): void {
  const proof = hellos + 164;
  const isBetween = [0, 153, hellos, proof, all].includes(cut);
  if (cut < hellos) {
    const isTruncated = isPlain && !isBetween;
    // Who knows the secret and leaves is worth a line, a mere probe of the port is not.
    const reason = isTruncated ? "truncated" : cut < 153 ? undefined : "not-proven";
    const expected = reason === undefined ? [] : [`login-refused ${reason}`];
    assert.deepEqual(rig.reports, expected, `cut at ${cut}`);
    assert.equal(rig.handovers, 0);
  } else if (cut < proof) {
    assert.deepEqual(rig.reports, ["login-refused not-proven"], `cut at ${cut}`);
    assert.equal(rig.handovers, 0);
  } else {
    const isTruncated = isPlain && !isBetween;
    const left = isTruncated ? "client-left truncated" : isPlain ? "client-left" : undefined;
    assert.deepEqual(rig.reports, [
      "client-authenticated",
      left ?? "client-left connection-lost",
    ], `cut at ${cut}`);
    assert.deepEqual(rig.kinds, ["registered", "preroll", "privdrop", "terminated"]);
  }
}

Deno.test({
  name: "a key that is turned down gets no byte",
  permissions: "none",
  fn: async () => {
    const rig = new Rig(false);
    await rig.run(scriptLogin("direct").hellos, null);
    assert.deepEqual(rig.reports, ["login-refused unknown-key"]);
    assert.deepEqual(rig.socket.written, []);
  },
});

Deno.test({
  name: "a probe is answered, and no handler hears of it",
  permissions: "none",
  fn: async () => {
    const rig = new Rig();
    await rig.run(scriptLogin("ephemeral", { role: 3 }).hellos, null);
    assert.deepEqual(rig.reports, ["probe-answered"]);
    assert.equal(concat(rig.socket.written).length, 2 * 153);
    assert.equal(rig.handovers, 0);
  },
});
