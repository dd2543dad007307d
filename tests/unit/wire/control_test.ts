import assert from "node:assert/strict";
import { ApiMisuseError } from "../../../lib/errors.ts";
import { CONTROL_COMMANDS } from "../../../lib/wire/control_tables.ts";
import {
  type Control,
  type ControlInput,
  controlNonce,
  decodeControl,
  encodeControl,
} from "../../../lib/wire/control.ts";

const NONCE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const KEY = Uint8Array.from({ length: 32 }, (_, i) => i + 100);
const HASH = Uint8Array.from({ length: 16 }, (_, i) => i + 200);

function encode(control: ControlInput): Uint8Array {
  const body = new Uint8Array(130).fill(0xee);
  encodeControl(control, body, 1, { lastSeen: 0x1122, nonce: NONCE });
  assert.equal(body[0], 0xee);
  assert.equal(body[129], 0xee);
  return body.subarray(1, 129);
}

/** One command of every kind, with the bytes from offset 16 that it must have. */
const CASES: readonly [control: Control, bytesFrom16: string][] = [
  [
    {
      command: "hello",
      channel: 0,
      versionMajor: 0,
      versionMinor: 17,
      mode: 2,
      publicKey: KEY,
      role: 1,
    },
    `0000001102${KEY.toHex()}0001`,
  ],
  [{ command: "shutdown", channel: 4, lastWords: "bye ü" }, "040162796520c3bc"],
  [
    { command: "newch", channel: 0, newChannel: 1, segkind: 21, direction: 0, cookie: 0xfeedface },
    "0002011500cefaedfe",
  ],
  [
    { command: "cancelstream", channel: 2, stream: 1, reason: 1, streamType: 0 },
    "0203010000000100",
  ],
  [
    {
      command: "videoframe",
      channel: 1,
      stream: 7,
      format: 9,
      surfaceWidth: 640,
      surfaceHeight: 480,
      x: 1,
      y: 2,
      width: 3,
      height: 4,
      flags: 1,
      length: 5,
      expandedLength: 36,
      commit: true,
    },
    "010407000000098002e00101000200030004000105000000" + "2400000001",
  ],
  [
    {
      command: "audioframe",
      channel: 0,
      stream: 9,
      channels: 2,
      encoding: 0,
      samples: 480,
      rate: 48000,
    },
    "0005090000000200e00180bb0000",
  ],
  [
    {
      command: "binarystream",
      channel: 0,
      stream: 3,
      size: 0x1_0000_0000n,
      type: 1,
      identifier: 5,
      checksum: HASH,
      compressed: true,
      extId: HASH,
    },
    `0006030000000000000001000000` + `0105000000${HASH.toHex()}0001${HASH.toHex()}`,
  ],
  [{ command: "ping", channel: 0, stream: 12 }, "00070c000000"],
  [
    { command: "rekey", channel: 0, mode: 0, publicKey: KEY, signature: new Uint8Array(64) },
    `000800${KEY.toHex()}`,
  ],
  [{ command: "dirlist", channel: 0, notify: 1 }, "000901"],
  [
    {
      command: "dirstate",
      channel: 0,
      identifier: 1,
      categories: 2,
      permissions: 3,
      hash: Uint8Array.of(1, 2, 3, 4),
      size: 5n,
      name: "appl",
      description: "text",
    },
    `000a01000200030001020304` + `0500000000000000${"6170706c".padEnd(38, "0")}74657874`,
  ],
  [
    { command: "dirdiscover", channel: 0, role: 1, state: 1, petname: "box", publicKey: KEY },
    `000b0101${"626f78".padEnd(32, "0")}${KEY.toHex()}`,
  ],
  [
    { command: "diropen", channel: 0, mode: 4, wantedKey: KEY, publicKey: KEY },
    `000c04${KEY.toHex()}00${KEY.toHex()}`,
  ],
  [
    {
      command: "diropened",
      channel: 0,
      status: 4,
      address: "::1",
      port: 6680,
      secret: new Uint8Array(12).fill(0x61),
      publicKey: KEY,
    },
    `000d04${"3a3a31".padEnd(92, "0")}181a${"61".repeat(12)}${KEY.toHex()}`,
  ],
  [{ command: "tundrop", channel: 0, tunnel: 9 }, "000e09"],
  [
    { command: "unknown", channel: 6, commandNumber: 77, payload: new Uint8Array(110).fill(5) },
    `064d${"05".repeat(110)}`,
  ],
];

for (const [control, from16] of CASES) {
  Deno.test(`control: ${control.command} encodes and decodes`, { permissions: "none" }, () => {
    const body = encode(control);
    const expected = "2211000000000000" + NONCE.toHex() + from16;
    assert.equal(body.toHex(), expected.padEnd(256, "0"));
    assert.deepEqual(decodeControl(body), control);
    assert.deepEqual(controlNonce(body), NONCE);
  });
}

Deno.test("control: every command has a case", { permissions: "none" }, () => {
  const seen = new Set(CASES.map(([control]) => control.command as string));
  for (const [name, { number }] of Object.entries(CONTROL_COMMANDS)) {
    assert.ok(seen.has(name), name);
    const body = encode(CASES.find(([control]) => control.command === name)![0]);
    assert.equal(body[17], number);
  }
});

Deno.test("control: decoded bytes are copies", { permissions: "none" }, () => {
  const body = encode(CASES[0]![0]).slice();
  const hello = decodeControl(body);
  const nonce = controlNonce(body);
  body.fill(0xff);
  assert.equal(hello.command, "hello");
  assert.deepEqual(hello.command === "hello" && hello.publicKey, KEY);
  assert.deepEqual(nonce, NONCE);
});

Deno.test(
  "control: last words are cut between code points, at 108 bytes",
  { permissions: "none" },
  () => {
    const words = decodeControl(encode({ command: "shutdown", lastWords: "x" + "ü".repeat(60) }));
    assert.deepEqual(words, { command: "shutdown", channel: 0, lastWords: "x" + "ü".repeat(53) });
  },
);

Deno.test("control: absent optional fields become zero", { permissions: "none" }, () => {
  const rekey = decodeControl(encode({ command: "rekey", mode: 0, publicKey: KEY }));
  assert.deepEqual(rekey.command === "rekey" && rekey.signature, new Uint8Array(64));
  const body = new Uint8Array(128).fill(0xee);
  encodeControl({ command: "ping", stream: 1 }, body, 0, { lastSeen: 0 });
  assert.deepEqual(controlNonce(body), new Uint8Array(8));
});

Deno.test("control: values that do not fit are refused", { permissions: "none" }, () => {
  const head = { lastSeen: 0 };
  const out = new Uint8Array(128);
  const ping = { command: "ping", stream: 1 } as const;
  const refuse = (run: () => void) => assert.throws(run, ApiMisuseError);
  refuse(() => decodeControl(new Uint8Array(127)));
  refuse(() => encodeControl(ping, new Uint8Array(127), 0, head));
  refuse(() => encodeControl(ping, out, 1, head));
  refuse(() => encodeControl(ping, out, -1, head));
  refuse(() => encodeControl({ ...ping, channel: 256 }, out, 0, head));
  refuse(() => encodeControl({ ...ping, stream: 2 ** 32 }, out, 0, head));
  refuse(() => encodeControl(ping, out, 0, { ...head, nonce: new Uint8Array(7) }));
  const unknown = { command: "unknown", channel: 0, commandNumber: 77 } as const;
  refuse(() => encodeControl({ ...unknown, payload: new Uint8Array(111) }, out, 0, head));
  refuse(() =>
    encodeControl({ command: "rekey", mode: 0, publicKey: new Uint8Array(31) }, out, 0, head)
  );
  const binary = {
    command: "binarystream",
    stream: 1,
    type: 3,
    identifier: 0,
    compressed: false,
  } as const;
  refuse(() => encodeControl({ ...binary, size: 2 ** 53 }, out, 0, head));
});
