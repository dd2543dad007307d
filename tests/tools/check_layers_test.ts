import assert from "node:assert/strict";
import type { Graph, Import } from "./check_layers.ts";
import { checkCircles, checkImports, checkPurity, checkStarts } from "./check_layers.ts";
import { stripSource } from "./strip_source.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

function graph(file: string, ...imports: readonly Partial<Import>[]): Graph {
  return new Map([[file, imports.map((each) => importOf(each.path, each))]]);
}

function importOf(path: string | undefined, more: Partial<Import> = {}): Import {
  return { specifier: path ?? "?", path, isTypeOnly: false, isDynamic: false, ...more };
}

test("layers: what the table allows is allowed, the rest is not", () => {
  const cases: readonly (readonly [string, Partial<Import>, boolean])[] = [
    ["lib/wire/control.ts", { path: "lib/bytes/text.ts" }, true],
    ["lib/wire/control.ts", { path: "lib/wire/layout.ts" }, true],
    ["lib/wire/control.ts", { path: "lib/errors.ts" }, true],
    ["lib/wire/control.ts", { path: "lib/session/events.ts" }, false],
    ["lib/wire/control.ts", { path: "lib/log.ts" }, false],
    ["lib/wire/control.ts", { specifier: "node:fs" }, false],
    ["lib/decoders/inflate.ts", { specifier: "node:zlib" }, true],
    ["lib/decoders/binary.ts", { path: "lib/crypto/blake3.ts" }, true],
    ["lib/decoders/binary.ts", { path: "lib/crypto/x25519.ts" }, false],
    ["lib/decoders/character.ts", { specifier: "get-east-asian-width" }, true],
    ["lib/decoders/character.ts", { specifier: "get-east-asian-width-other" }, false],
    ["lib/decoders/h264/worker/worker.ts", { path: "lib/decoders/h264/nal.ts" }, true],
    ["lib/decoders/h264/worker/worker.ts", { specifier: "h264decoder/dist/h264.wasm.js" }, true],
    ["lib/decoders/h264/worker/worker.ts", { path: "lib/wire/control.ts" }, false],
    ["lib/decoders/h264/nal.ts", { path: "lib/decoders/h264/worker/messages.ts" }, false],
    ["lib/decoders/h264/nal.ts", { specifier: "h264decoder/dist/h264.wasm.js" }, false],
    ["lib/net/listener.ts", { path: "lib/decoders/h264/worker/decoder_pool.ts" }, true],
    ["lib/net/listener.ts", { path: "lib/decoders/h264/nal.ts" }, false],
    ["lib/handlers/types.ts", { path: "lib/net/listen_types.ts", isTypeOnly: true }, true],
    ["lib/handlers/types.ts", { path: "lib/net/listener.ts" }, false],
    ["lib/segment/tree.ts", { path: "lib/session/session.ts" }, false],
    ["lib/net/pump.ts", { path: "lib/handlers/types.ts", isTypeOnly: true }, false],
    ["lib/net/pump.ts", { specifier: "node:timers" }, true],
    ["keystore/keystore.ts", { path: "lib/net/name.ts" }, false],
    ["lib/cli/listen.ts", { path: "lib/mod.ts" }, true],
    ["lib/cli/listen.ts", { path: "lib/limits.ts" }, true],
    ["lib/cli/view.ts", { path: "lib/handlers/mod.ts" }, true],
    ["lib/cli/view.ts", { path: "lib/handlers/view/viewer.ts" }, false],
    ["lib/cli/keystore.ts", { path: "keystore/mod.ts" }, true],
    ["lib/cli/keystore.ts", { path: "keystore/format.ts" }, false],
    ["lib/cli/listen.ts", { path: "lib/net/listener.ts", isTypeOnly: true }, false],
    ["lib/cli/listen.ts", { path: "lib/log.ts" }, true],
    ["lib/cli/listen.ts", { path: "lib/env.ts" }, true],
    ["lib/cli/listen.ts", { path: "lib/write_all.ts" }, false],
    ["lib/nowhere/new.ts", {}, false],
    ["lib/mod.ts", { path: "lib/net/listener.ts" }, true],
    ["main.ts", { path: "lib/cli/listen.ts" }, true],
  ];
  for (const [file, each, isAllowed] of cases) {
    const faults = checkImports(graph(file, each));
    assert.equal(faults.length === 0, isAllowed, `${file} ${JSON.stringify(each)}: ${faults}`);
  }
});

test("layers: a circle of files is refused, imports of types included", () => {
  const file = (...paths: readonly string[]) =>
    paths.map((path) => importOf(path, { isTypeOnly: path === "lib/a.ts" }));
  const tree = { "lib/a.ts": file("lib/b.ts", "lib/c.ts"), "lib/b.ts": file("lib/c.ts") };
  assert.deepEqual(checkCircles(new Map(Object.entries({ ...tree, "lib/c.ts": [] }))), []);
  const circle = new Map(Object.entries({ ...tree, "lib/c.ts": file("lib/a.ts") }));
  assert.deepEqual(checkCircles(circle), ["lib/a.ts, lib/b.ts, lib/c.ts: a circle of imports"]);
  assert.equal(checkCircles(new Map([["lib/d.ts", file("lib/d.ts")]])).length, 1, "of one file");
});

test("layers: a command does not load at its start what few uses need", () => {
  const graphWith = (how: Partial<Import>) =>
    new Map([
      ["lib/cli/listen.ts", [importOf("lib/cli/a.ts"), importOf("lib/log.ts")]],
      ["lib/cli/a.ts", [importOf("lib/cli/listen.ts"), importOf("lib/fleet/mod.ts", how)]],
      ["lib/fleet/mod.ts", [
        importOf("lib/fleet/keys.ts"),
        importOf(undefined, { specifier: "@nats-io/kv" }),
      ]],
    ]);
  assert.deepEqual(checkStarts(graphWith({ isDynamic: true })), []);
  assert.deepEqual(checkStarts(graphWith({ isTypeOnly: true })), []);
  assert.deepEqual(checkStarts(graphWith({})), [
    "lib/cli/listen.ts > lib/cli/a.ts > lib/fleet/mod.ts: the start must not load lib/fleet/",
    "lib/cli/listen.ts > lib/cli/a.ts > lib/fleet/mod.ts > @nats-io/kv: " +
    "the start must not load @nats-io/",
  ]);
});

test("layers: pure code has no time, randomness, promises or output", () => {
  const impure = [
    "Deno.readFile(path)",
    "new Date()",
    "performance.now()",
    "crypto.getRandomValues(bytes)",
    "globalThis.crypto.subtle",
    "Math.random()",
    "setTimeout(call, 5)",
    "console.log(1)",
    "export async function read() {}",
    "const a = await b;",
  ];
  for (const line of impure) {
    assert.equal(checkPurity("lib/wire/x.ts", `\n${line}\n`).length, 1, line);
    assert.equal(checkPurity("lib/decoders/h264/x.ts", line).length, 1, line);
    for (const folder of ["net", "decoders/h264/worker"]) {
      assert.deepEqual(checkPurity(`lib/${folder}/x.ts`, line), [], "other folders may");
    }
  }
  const pure = [
    "// Deno and Date and await",
    "/** console */ const a = 1;",
    'const text = "await Deno.exit()";',
    "const text = `new Date() ${a}`;",
    'const match = /"await/.test(text);',
    "options.crypto.opener();",
    "this.Date = 3; const deadline = update.Date;",
    "const half = a / b; // await / Date",
  ];
  for (const line of pure) assert.deepEqual(checkPurity("lib/wire/x.ts", line), [], line);
});

test("layers: what is no code is blanked out, and lines stay", () => {
  const source = 'a /* b\nc */ + "d\\"e" + `f\n${g}` // h\n+ /[/"]i/.x';
  const code = stripSource(source);
  assert.equal(code.length, source.length);
  assert.equal(code.split("\n").length, source.split("\n").length);
  assert.equal(code.replace(/\s+/g, " "), "a + + + .x");
});
