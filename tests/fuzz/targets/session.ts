import assert from "node:assert/strict";
import type { SessionEvent } from "../../../lib/session/events.ts";
import { concat, feedOnce, randomChunks } from "../../support/feed.ts";
import type { KeptEvent } from "../../support/kept_event.ts";
import {
  CLIENT_KEY,
  clientSession,
  drain,
  REGISTER,
  SERVER_KEY,
  serverSession,
} from "../../support/pair.ts";
import { SeededRandom } from "../../support/random.ts";
import { scriptLogin } from "../../support/script.ts";
import { SESSIONS, streamOf } from "../../support/vectors.ts";
import type { Target } from "../target.ts";

/** Logins and the packets after them. */
const scripts = (["ephemeral", "direct"] as const).map((mode) => {
  const { hellos, peer } = scriptLogin(mode);
  peer.event(REGISTER).control({ command: "ping", stream: 5 }).data("video", new Uint8Array(300));
  peer.data("binary", new Uint8Array(0)).event(REGISTER, 4);
  return concat([hellos, peer.take()]);
});

/** The events of a server for the unchanged scripts. */
const heard = scripts.map((script) => hear(serverFixture(), script));

/**
 * A listening session against mutated streams: it must end with a fault of the peer or wait for more. Its
 * events must be those of a client's script, in order, and it must not answer before a HELLO.
 */
export const serverStream: Target = {
  name: "stream to a server",
  corpus: [...scripts, ...Object.values(SESSIONS).map((vector) => streamOf(vector, "client"))],
  run: (input) => {
    const fed = feedOnce(
      serverFixture(),
      randomChunks(input, new SeededRandom(input.length)),
      true,
    );
    // A client may claim any key; the events after that must be those of one of the scripts.
    const events = fed.events.filter(({ type }) => type !== "closed");
    const isPrefix = (whole: readonly KeptEvent[]) =>
      events.every((event, i) => show(event) === show(whole[i]));
    assert.ok(events.length <= 1 || heard.some(isPrefix), "nothing is forged");
    assert.ok(fed.output.length <= 2 * 153, "two HELLO packets at most");
  },
};

/** A connecting session against mutated answers. */
export const clientStream: Target = {
  name: "stream to a client",
  corpus: [answers("ephemeral"), answers("direct")],
  run: (input) => {
    for (const mode of ["ephemeral", "direct"] as const) {
      const session = clientSession({ mode });
      const take = (event: SessionEvent) => {
        if (event.type === "peer-offered") session.accept(CLIENT_KEY);
      };
      const fed = feedOnce(
        { session, take },
        randomChunks(input, new SeededRandom(input.length)),
        true,
      );
      assert.ok(fed.output.length <= 2 * 153);
    }
  },
};

function serverFixture() {
  const session = serverSession();
  return {
    session,
    take: (event: SessionEvent) => {
      if (event.type === "peer-offered") session.accept(SERVER_KEY);
    },
  };
}

function hear(fixture: ReturnType<typeof serverFixture>, bytes: Uint8Array): KeptEvent[] {
  return [...feedOnce(fixture, [bytes], false).events];
}

function show(event: KeptEvent | undefined): string {
  return JSON.stringify(event, (_, value) => {
    if (typeof value === "bigint") return `${value}`;
    return value instanceof Uint8Array ? value.toHex() : value;
  });
}

/** The answers of a server to a login, and a few packets more. */
function answers(mode: "ephemeral" | "direct"): Uint8Array {
  const client = clientSession({ mode });
  const server = serverSession();
  const sent: Uint8Array[] = [];
  for (let round = 0; round < 2; round++) {
    const bytes = client.takeOutput();
    if (bytes === undefined) break;
    server.receive(bytes);
    drain(server, SERVER_KEY);
    if (server.state === "accepted") {
      server.sendEvent(0, { category: "target", kind: "activate" });
      server.send({
        command: "newch",
        channel: 0,
        newChannel: 1,
        segkind: 5,
        direction: 0,
        cookie: 1,
      });
    }
    const answer = server.takeOutput()!.slice();
    sent.push(answer);
    client.receive(answer);
    drain(client, CLIENT_KEY);
  }
  client.free();
  server.free();
  return concat(sent);
}
