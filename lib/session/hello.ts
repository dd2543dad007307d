/**
 * HELLO packets and the rules about roles. Source: arcan `a12.c`.
 *
 * @module
 */

import { IncompatibleError, MalformedError } from "../errors.ts";
import { HELLO_MODE, ROLE, type Role, VERSION_MAJOR, VERSION_MINOR } from "../wire/constants.ts";
import type { KnownControl, KnownControlInput } from "../wire/control.ts";

const ROLE_BY_NUMBER = new Map<number, Role>(
  Object.entries(ROLE).map(([name, number]) => [number, name as Role]),
);

/** The roles of peers that an end refuses. */
const REFUSED: { readonly [R in "sink" | "source"]: readonly Role[] } = {
  // DEVIATION: the reference lets a directory log in to a sink, which has no use for it; pinned by
  // "a sink refuses sinks and directories".
  sink: ["sink", "directory"],
  source: ["source"],
};

/** @param mode Whether `publicKey` is the static key or an ephemeral one. */
export function makeHello(
  mode: keyof typeof HELLO_MODE,
  publicKey: Uint8Array,
  role: Role,
): KnownControlInput<"hello"> {
  return {
    command: "hello",
    versionMajor: VERSION_MAJOR,
    versionMinor: VERSION_MINOR,
    mode: HELLO_MODE[mode],
    publicKey,
    role: ROLE[role],
  };
}

/**
 * Checks the HELLO of the peer.
 *
 * @param local The role of this end.
 * @throws {MalformedError} `bad-hello-mode`, `bad-role`.
 * @throws {IncompatibleError} `role-refused`.
 */
export function checkHello(
  hello: KnownControl<"hello">,
  local: "sink" | "source",
): { mode: keyof typeof HELLO_MODE; role: Role } {
  const role = ROLE_BY_NUMBER.get(hello.role);
  if (role === undefined) throw new MalformedError("bad-role", `role ${hello.role} does not exist`);
  if (REFUSED[local].includes(role)) {
    throw new IncompatibleError("role-refused", `a ${local} does not accept a ${role}`);
  }
  switch (hello.mode) {
    case HELLO_MODE.real:
      return { mode: "real", role };
    case HELLO_MODE.ephemeral:
      return { mode: "ephemeral", role };
    default:
      throw new MalformedError("bad-hello-mode", `HELLO mode ${hello.mode} is not 1 or 2`);
  }
}
