/** `deno doc lib/mod.ts` is the reference: every record and verb is in it, each with what belongs to it. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ClientSource } from "../../lib/segment/client_source.ts";

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
  readonly tsType?: TsType;
}
interface TsType {
  readonly kind: string;
  readonly value: unknown;
}
interface Declaration {
  readonly kind: string;
  readonly jsDoc?: JsDoc;
  readonly def: {
    readonly methods?: readonly Member[];
    readonly properties?: readonly Member[];
    readonly tsType?: TsType;
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
const { module_doc: moduleDoc, symbols } = nodes[MOD.href] as {
  module_doc: JsDoc;
  symbols: Symbol[];
};

function declarationOf(name: string): Declaration {
  const symbol = symbols.find((symbol) => symbol.name === name);
  assert(symbol !== undefined, `${name} is exported`);
  return symbol.declarations[0]!;
}

function typeNames(type: TsType): string[] {
  if (type.kind === "union") return (type.value as TsType[]).flatMap(typeNames);
  assert.equal(type.kind, "typeRef");
  return [(type.value as { typeName: string }).typeName];
}

/** The kinds that a record can have. */
function kindsOf(record: Declaration): string[] {
  const type = record.def.properties!.find(({ name }) => name === "kind")!.tsType!;
  const literals = type.kind === "union" ? type.value as TsType[] : [type];
  return literals.map(({ value }) => (value as { string: string }).string);
}

const RECORDS = typeNames(declarationOf("Status").def.tsType!);

for (const name of RECORDS) {
  Deno.test(`documentation of ${name}: its kinds, and what each field means`, () => {
    const record = declarationOf(name);
    for (const kind of kindsOf(record)) {
      assert.match(record.jsDoc?.doc ?? "", new RegExp(`\`${kind}\`: `));
      assert.match(moduleDoc.doc!, new RegExp(`\\| .*\`${kind}\`.* \\| .*${name}.* \\|`));
    }
    for (const field of record.def.properties!) {
      assert.match(field.jsDoc?.doc ?? "", /[a-z]{3}/, `${name}.${field.name} says what it means`);
    }
  });
}

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
