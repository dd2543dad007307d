import assert from "node:assert/strict";
import { A12Error } from "../../../lib/errors.ts";
import { checkHello, makeHello } from "../../../lib/session/hello.ts";
import { CONTROL_BODY_BYTES, type Role } from "../../../lib/wire/constants.ts";
import type { KnownControl } from "../../../lib/wire/control.ts";
import { decodeControl, encodeControl } from "../../../lib/wire/control.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const KEY = new Uint8Array(32).fill(9);
const ALL: readonly Role[] = ["unspecified", "source", "sink", "probe", "directory"];

/** A HELLO as its receiver decodes it. */
function received(fields: { mode?: number; role?: number }): KnownControl<"hello"> {
  const body = new Uint8Array(CONTROL_BODY_BYTES);
  encodeControl({ ...makeHello("real", KEY, "source"), ...fields }, body, 0, { lastSeen: 0 });
  const control = decodeControl(body);
  assert.ok(control.command === "hello");
  return control;
}

function verdict(local: "sink" | "source", fields: { mode?: number; role?: number }): string {
  try {
    return checkHello(received(fields), local).role;
  } catch (error) {
    assert.ok(error instanceof A12Error);
    return error.code;
  }
}

test("a sink refuses sinks and directories", () => {
  assert.deepEqual(ALL.map((_, role) => verdict("sink", { role })), [
    "unspecified",
    "source",
    "role-refused",
    "probe",
    "role-refused",
  ]);
});

test("a source refuses sources", () => {
  assert.deepEqual(ALL.map((_, role) => verdict("source", { role })), [
    "unspecified",
    "role-refused",
    "sink",
    "probe",
    "directory",
  ]);
});

test("a role that does not exist is refused", () => {
  for (const role of [5, 6, 127, 255]) assert.equal(verdict("sink", { role }), "bad-role");
});

test("modes other than 1 and 2 are refused", () => {
  for (let mode = 0; mode < 256; mode++) {
    const exists = mode === 1 || mode === 2;
    assert.equal(verdict("sink", { mode }), exists ? "source" : "bad-hello-mode", `mode ${mode}`);
  }
});

test("our HELLO carries key, version and mode", () => {
  const hello = received({});
  assert.deepEqual(hello.publicKey, KEY);
  assert.equal(hello.versionMajor, 0);
  assert.equal(hello.versionMinor, 17);
  assert.equal(checkHello(received({ mode: 2 }), "sink").mode, "ephemeral");
  assert.equal(checkHello(received({ mode: 1 }), "sink").mode, "real");
});
