/** Recorded sessions of the reference. */

import { PrivateKey } from "../../lib/crypto/x25519.ts";
import channels from "../vectors/transport/session-channels.json" with { type: "json" };
import direct from "../vectors/transport/session-direct-default-secret.json" with { type: "json" };
import directory from "../vectors/transport/session-directory-commands.json" with { type: "json" };
import customSecret from "../vectors/transport/session-ephemeral-custom-secret.json" with {
  type: "json",
};
import ephemeral from "../vectors/transport/session-ephemeral-default-secret.json" with {
  type: "json",
};
import swapped from "../vectors/transport/session-ephemeral-sink-client-source-server.json" with {
  type: "json",
};
import probe from "../vectors/transport/session-probe-client.json" with { type: "json" };
import rekey from "../vectors/transport/session-rekey-ephemeral.json" with { type: "json" };
import rejected from "../vectors/transport/session-server-rejects-key.json" with { type: "json" };
import sinkSink from "../vectors/transport/session-sink-sink-role.json" with { type: "json" };
import sourceSource from "../vectors/transport/session-source-source-role.json" with {
  type: "json",
};
import rightEdge from "../vectors/capture-right-edge/session.json" with { type: "json" };
import terminal from "../vectors/capture-terminal/session.json" with { type: "json" };

export type End = "client" | "server";

export interface PacketVector {
  readonly from: string;
  readonly step: string;
  /** The stage whose keys seal it. */
  readonly keys: string;
  readonly wire: string;
  /** Sequence number, type and body. */
  readonly plaintext: string;
  readonly seq: number;
}

/** The keys of one stage: for both directions, or after a REKEY for the direction of its sender. */
export interface StageVector {
  readonly stage: string;
  readonly input?: string;
  readonly nonceInKdf?: string | null;
  readonly cipherKey?: string;
  readonly cipherNonce: string;
}

export interface SessionVector {
  readonly name: string;
  readonly inputs: {
    readonly passphraseBytes: string;
    readonly helloMode: string;
    readonly client: { readonly role: number; readonly privateKey: string };
    readonly server: { readonly role: number; readonly privateKey: string };
  };
  readonly randomValuesInOrder: {
    readonly [E in End]: readonly { readonly use: string; readonly hex: string }[];
  };
  readonly keySchedule: readonly StageVector[];
  readonly packets: readonly PacketVector[];
  readonly outcome: { readonly serverError: string | null };
}

export const SESSIONS = {
  channels,
  direct,
  directory,
  customSecret,
  ephemeral,
  swapped,
  probe,
  rekey,
  rejected,
  sinkSink,
  sourceSource,
} as const satisfies { readonly [name: string]: SessionVector };

export function hex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex);
}

/** The random values of one end, without the control nonces, which our sessions do not draw. */
export function drawsOf(vector: SessionVector, end: End): Uint8Array[] {
  return vector.randomValuesInOrder[end]
    .filter(({ use }) => use !== "control nonce")
    .map(({ hex }) => Uint8Array.fromHex(hex));
}

export function keyOf(vector: SessionVector, end: End): PrivateKey {
  return new PrivateKey(hex(vector.inputs[end].privateKey));
}

export function packetsOf(vector: SessionVector, end: End): PacketVector[] {
  return vector.packets.filter(({ from }) => from === end);
}

export function streamOf(vector: SessionVector, end: End): Uint8Array<ArrayBuffer> {
  return hex(packetsOf(vector, end).map(({ wire }) => wire).join(""));
}

/** A recorded connection of a real `afsrv_terminal`. */
export interface TerminalCapture {
  readonly fromClient: Uint8Array;
  readonly fromServer: Uint8Array;
  /** The static key of the listener. */
  readonly key: PrivateKey;
  /** The random values in the HELLO packets of the listener. */
  readonly draws: readonly Uint8Array[];
  /** The text on screen at the end. */
  readonly finalScreen: readonly string[];
}

/** By the name of their directory in `vectors/`. */
const CAPTURES = { "capture-terminal": terminal, "capture-right-edge": rightEdge };

/** Loads a recorded terminal; needs the permission {@linkcode READ_VECTORS}. */
export function loadTerminal(name: keyof typeof CAPTURES): TerminalCapture {
  const file = (file: string) => new URL(`../vectors/${name}/${file}`, import.meta.url);
  const capture = CAPTURES[name];
  const draws = capture.draws.map((line) =>
    line.split(" ", 1).concat(line.slice(line.indexOf(" ")))
  );
  return {
    fromClient: Deno.readFileSync(file("client-to-server.bin")),
    fromServer: Deno.readFileSync(file("server-to-client.bin")),
    key: new PrivateKey(hex(capture.staticPrivateKey)),
    draws: draws.filter(([, use]) => use !== " control nonce").map(([value]) => hex(value!)),
    finalScreen: capture.finalScreen,
  };
}

/** The permission that {@linkcode loadTerminal} needs. */
export const READ_VECTORS: Deno.PermissionOptions = {
  read: [new URL("../vectors/", import.meta.url)],
};
