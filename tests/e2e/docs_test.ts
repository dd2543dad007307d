/** `lib/handlers/README.md` is the reference: every record and verb is in it, with what belongs to it. */

import assert from "node:assert/strict";
import { OPERATIONS } from "../../lib/control/operations.ts";
import { VERBS } from "../../lib/segment/source.ts";
import { RECORDS } from "../../lib/segment/status.ts";
import type { Verb } from "../../lib/segment/verbs/verb.ts";
import {
  operationReference,
  recordReference,
  replaceSection,
  verbReference,
} from "../tools/reference_tables.ts";

const TEXT = Deno.readTextFileSync(new URL("../../lib/handlers/README.md", import.meta.url));

Deno.test("documentation of records: each field is in the reference, and the file is up to date", () => {
  assert.equal(TEXT, replaceSection(TEXT, "records", recordReference(RECORDS)));
  for (const { kind, fields } of RECORDS) {
    assert.ok(TEXT.includes(`\n### ${kind}\n`), kind);
    for (const field of Object.keys(fields)) assert.ok(TEXT.includes(`| \`${field}\``), field);
  }
});

Deno.test("documentation of verbs: the name in Lua, and every argument", () => {
  assert.equal(TEXT, replaceSection(TEXT, "verbs", verbReference(VERBS)));
  for (const [name, { lua, doc, args, run }] of Object.entries<Verb>(VERBS)) {
    assert.ok(TEXT.includes(`\n### ${name}\n`), name);
    const camelCase = lua?.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    assert.equal(camelCase ?? name, name);
    assert.match(doc, /[a-z]{3}/);
    assert.ok(run.length <= Object.keys(args).length + 1, `${name} explains its arguments`);
    for (const meaning of Object.values(args)) assert.match(meaning, /[a-z]{3}/);
  }
});

Deno.test("documentation of the control interface: each operation, parameter and field", () => {
  const text = Deno.readTextFileSync(new URL("../../lib/control/README.md", import.meta.url));
  assert.equal(text, replaceSection(text, "operations", operationReference(OPERATIONS)));
  for (const [name, { method, path, params, fields }] of Object.entries(OPERATIONS)) {
    assert.ok(text.includes(`\n### ${name}\n\n\`${method} ${path}\`\n`), name);
    for (const word of [...Object.keys(params), ...Object.keys(fields)]) {
      assert.ok(text.includes(`| \`${word}\``), word);
    }
  }
});

const ROOT = new URL("../../", import.meta.url);

for (
  const folder of [
    "lib/",
    "lib/control/",
    "lib/decoders/",
    "lib/fleet/",
    "lib/handlers/",
    "lib/web/",
  ]
) {
  Deno.test(`documentation of ${folder}: every file and folder that it names exists`, () => {
    const text = Deno.readTextFileSync(new URL(`${folder}README.md`, ROOT));
    const paths = [...text.matchAll(/`((?:\.\.\/)?(?:[a-z0-9_]+\/)+|[a-z0-9_./]+\.(?:ts|md))`/g)]
      .map(([, path]) => path!);
    assert.ok(paths.length > 0);
    for (const path of paths) {
      const found = [folder, "", "lib/", "tests/", "tests/e2e/"].some((base) =>
        exists(base + path)
      );
      assert.ok(found, path);
    }
  });
}

function exists(path: string): boolean {
  try {
    Deno.statSync(new URL(path, ROOT));
    return true;
  } catch {
    return false;
  }
}
