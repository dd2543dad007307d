/** `deno doc lib/mod.ts` is the reference: every record and verb is in it, each with what belongs to it. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ClientSource } from "../../lib/segment/client_source.ts";
import { RECORDS } from "../../lib/segment/status.ts";
import { recordReference, replaceSection } from "../tools/reference_tables.ts";

interface JsDoc {
  readonly doc?: string;
  readonly tags?: readonly {
    readonly kind: string;
    readonly name?: string;
    readonly doc?: string;
  }[];
}
interface Member {
  readonly name: string;
  readonly jsDoc?: JsDoc;
  readonly params?: readonly { readonly name?: string }[];
}
interface Declaration {
  readonly kind: string;
  readonly jsDoc?: JsDoc;
  readonly def: {
    readonly methods?: readonly Member[];
  };
}
interface Symbol {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

const MOD = new URL("../../lib/mod.ts", import.meta.url);
const { stdout } = await new Deno.Command(Deno.execPath(), {
  args: ["doc", "--json", fileURLToPath(MOD)],
  stderr: "null",
}).output();
const nodes = JSON.parse(new TextDecoder().decode(stdout)).nodes;
const { symbols } = nodes[MOD.href] as { symbols: Symbol[] };

function declarationOf(name: string): Declaration {
  const symbol = symbols.find((symbol) => symbol.name === name);
  assert(symbol !== undefined, `${name} is exported`);
  return symbol.declarations[0]!;
}

Deno.test("documentation of records: each field is in the reference, and the file is up to date", async () => {
  const text = await Deno.readTextFile(new URL("../../lib/handlers/README.md", import.meta.url));
  assert.equal(text, replaceSection(text, "records", recordReference(RECORDS)));
  for (const { kind, fields } of RECORDS) {
    assert.ok(text.includes(`\n### ${kind}\n`), kind);
    for (const field of Object.keys(fields)) assert.ok(text.includes(`| \`${field}\``), field);
  }
});

Deno.test("documentation of verbs: the name in Lua, and every argument", () => {
  const methods = ["Source", "SourceHints", "SourceInput", "SourceStreams"]
    .flatMap((name) => declarationOf(name).def.methods ?? []);
  const verbs = Object.entries(Object.getOwnPropertyDescriptors(ClientSource.prototype))
    .filter(([name, { value }]) => typeof value === "function" && name !== "constructor")
    .map(([name]) => name);
  assert.deepEqual([...new Set(methods.map(({ name }) => name))].sort(), verbs.sort());
  for (const { name, jsDoc, params = [] } of methods) {
    const lua = /\(`([a-z_]+)`[^)]*\)|Not a verb of Lua/.exec(jsDoc?.doc ?? "");
    assert(lua !== null, `${name} tells its name in Lua`);
    const camelCase = lua[1]?.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    assert.equal(camelCase ?? name, name);
    for (const param of params) {
      const tag = jsDoc!.tags?.find((tag) => tag.kind === "param" && tag.name === param.name);
      assert(tag?.doc !== undefined, `${name} explains ${param.name}`);
    }
  }
});
