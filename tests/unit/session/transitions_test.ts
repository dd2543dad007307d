// Every state of a server's session against every cause of a transition.

import assert from "node:assert/strict";
import { A12Error, ApiMisuseError } from "../../../lib/errors.ts";
import { LOGIN_TIMEOUT_MS } from "../../../lib/limits.ts";
import type { Session } from "../../../lib/session/session.ts";
import type { StateName } from "../../../lib/session/transitions.ts";
import { TRANSITIONS } from "../../../lib/session/transitions.ts";
import { REGISTER, SERVER_KEY, serverSession } from "../../support/pair.ts";
import { RawPeer } from "../../support/raw_peer.ts";

/** Bytes of the peer, or a call of the owner. */
type Cause =
  | "ephemeral HELLO"
  | "real HELLO"
  | "event"
  | "noise"
  | "EOF"
  | "EOF in a packet"
  | "accept"
  | "reject"
  | "close"
  | "timeout"
  | "send"
  | "rekey";

/** The state afterwards, or the code of a fault, or of an exception that changes nothing. */
type Outcome = StateName | `fault ${string}` | `throws ${string}`;

const CAUSES: { readonly [C in Cause]: (session: Session, peer: RawPeer) => void } = {
  "ephemeral HELLO": (session, peer) => tell(session, peer.ephemeralHello()),
  "real HELLO": (session, peer) => tell(session, peer.hello()),
  "event": (session, peer) => tell(session, peer.event(REGISTER)),
  "noise": (session) => give(session, new Uint8Array(512).fill(0xa5)),
  "EOF": (session) => end(session),
  "EOF in a packet": (session) => {
    session.receive(new Uint8Array(3));
    end(session);
  },
  "accept": (session) => session.accept(SERVER_KEY),
  "reject": (session) => session.reject(),
  "close": (session) => session.close(),
  "timeout": (session) => void session.handleTimeout(LOGIN_TIMEOUT_MS),
  "send": (session) => session.send({ command: "ping", stream: 0 }),
  "rekey": (session) => void session.rekey(),
};

/** The outcomes in a session that is over, and in others unless the table has another one. */
const OVER = {
  "accept": "throws wrong-state",
  "reject": "throws wrong-state",
  "send": "throws wrong-state",
} as const;

const OUTCOMES: { readonly [S in StateName]: { readonly [C in Cause]?: Outcome } } = {
  hello: {
    ...OVER,
    "ephemeral HELLO": "ephemeral",
    "real HELLO": "offered",
    "event": "fault wrong-secret",
    "noise": "fault wrong-secret",
    "EOF": "closed",
    "EOF in a packet": "fault truncated",
    "close": "closed",
    "timeout": "fault login-timeout",
  },
  ephemeral: {
    ...OVER,
    "ephemeral HELLO": "fault second-ephemeral",
    "real HELLO": "offered",
    "event": "fault packet-before-auth",
    "noise": "fault bad-packet-type",
    "EOF": "closed",
    "EOF in a packet": "fault truncated",
    "close": "closed",
    "timeout": "fault login-timeout",
  },
  // Nothing is parsed until the key is accepted or rejected.
  offered: {
    "accept": "accepted",
    "reject": "closed",
    "close": "closed",
    "timeout": "fault login-timeout",
    "send": "throws wrong-state",
  },
  accepted: {
    ...OVER,
    "ephemeral HELLO": "fault hello-after-auth",
    "real HELLO": "fault hello-after-auth",
    "event": "established",
    "noise": "fault not-proven",
    "EOF": "closed",
    "EOF in a packet": "fault not-proven",
    "close": "closed",
    "timeout": "fault login-timeout",
    "send": "accepted",
  },
  established: {
    ...OVER,
    "ephemeral HELLO": "fault hello-after-auth",
    "real HELLO": "fault hello-after-auth",
    "event": "established",
    "noise": "fault bad-packet-type",
    "EOF": "closed",
    "EOF in a packet": "fault truncated",
    "close": "closed",
    "send": "established",
  },
  closed: OVER,
  failed: OVER,
};

for (const state of Object.keys(TRANSITIONS) as StateName[]) {
  for (const cause of Object.keys(CAUSES) as Cause[]) {
    // Without an entry the state stays the same.
    const expected = OUTCOMES[state][cause] ?? state;
    Deno.test({
      name: `${cause} in state ${state}: ${expected}`,
      permissions: "none",
      fn: () => {
        const { session, peer } = at(state);
        assert.equal(session.state, state);
        const outcome = observe(session, () => CAUSES[cause](session, peer));
        // A state that has failed already keeps its fault.
        assert.equal(state === "failed" && outcome.startsWith("fault") ? state : outcome, expected);
        if (expected.startsWith("throws")) assert.equal(session.state, state, "nothing changed");
        if (expected.startsWith("fault")) assert.equal(session.state, "failed");
        session.free();
      },
    });
  }
}

Deno.test({
  name: "sessions make exactly the transitions of the table",
  permissions: "none",
  fn: () => {
    const done = new Set<string>();
    for (const state of Object.keys(TRANSITIONS) as StateName[]) {
      for (const outcome of Object.values(OUTCOMES[state]) as Outcome[]) {
        if (outcome.startsWith("throws")) continue;
        const to = outcome.startsWith("fault") ? "failed" : outcome as StateName;
        if (to === state) continue;
        assert.ok(Object.values(TRANSITIONS[state]).includes(to), `${state} to ${to} is listed`);
        done.add(`${state} ${to}`);
      }
    }
    for (const state of Object.keys(TRANSITIONS) as StateName[]) {
      for (const to of Object.values(TRANSITIONS[state])) {
        assert.ok(done.has(`${state} ${to}`), `${state} to ${to} happens`);
      }
    }
  },
});

/** A session in `state`, and a client with its keys. */
function at(state: StateName): { session: Session; peer: RawPeer } {
  const session = serverSession();
  const peer = new RawPeer();
  const path: readonly (() => void)[] = [
    () => {
      tell(session, peer.ephemeralHello());
      answer(session, peer);
    },
    () => tell(session, peer.hello()),
    () => {
      session.accept(SERVER_KEY);
      answer(session, peer);
    },
    () => tell(session, peer.event(REGISTER)),
  ];
  const length = { hello: 0, ephemeral: 1, offered: 2, accepted: 3, established: 4 } as const;
  if (state === "closed") session.close();
  else if (state === "failed") observe(session, () => give(session, new Uint8Array(25).fill(0xa5)));
  else path.slice(0, length[state]).forEach((step) => step());
  return { session, peer };
}

function observe(session: Session, act: () => void): Outcome {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof A12Error, String(error));
    if (error instanceof ApiMisuseError) return `throws ${error.code}`;
    assert.throws(
      () => session.nextEvent(),
      (again) => again === error,
      "the same fault at each call",
    );
    return `fault ${error.code}`;
  }
  if (session.state !== "failed") return session.state;
  try {
    session.nextEvent();
  } catch (error) {
    if (error instanceof A12Error) return `fault ${error.code}`;
  }
  return session.state;
}

function tell(session: Session, peer: RawPeer): void {
  give(session, peer.take());
}

function give(session: Session, bytes: Uint8Array): void {
  session.receive(bytes);
  while (session.nextEvent() !== undefined);
}

function end(session: Session): void {
  session.receiveEof();
  while (session.nextEvent() !== undefined);
}

function answer(session: Session, peer: RawPeer): void {
  peer.receive(session.takeOutput()!);
}
