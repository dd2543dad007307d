import assert from "node:assert/strict";
import { EXTERNAL_KINDS } from "../../../lib/wire/event/external.ts";
import { ABILITY_KINDS } from "../../../lib/wire/event/external/abilities.ts";
import { CONSUMED_KINDS } from "../../../lib/wire/event/external/consumed.ts";
import { MEDIA_KINDS } from "../../../lib/wire/event/external/media.ts";
import { TEXT_KINDS } from "../../../lib/wire/event/external/texts.ts";
import { WINDOW_KINDS } from "../../../lib/wire/event/external/window.ts";
import type { RecordTable } from "../../../lib/wire/record.ts";

const pure = { permissions: "none" } as const;
const KINDS = Object.entries<{ number: number; layout: object; record?: RecordTable }>(
  EXTERNAL_KINDS,
);

Deno.test("external: every described event is listed, and numbers are unique", pure, () => {
  const described = {
    ...TEXT_KINDS,
    ...ABILITY_KINDS,
    ...MEDIA_KINDS,
    ...WINDOW_KINDS,
    ...CONSUMED_KINDS,
  };
  assert.deepEqual(EXTERNAL_KINDS, described);
  assert.equal(new Set(KINDS.map(([, { number }]) => number)).size, KINDS.length);
});

Deno.test("external: every field of a record has a source, a type and a meaning", pure, () => {
  for (const [name, { layout, record }] of KINDS) {
    if (record === undefined) continue;
    assert.notEqual(record.doc, "", name);
    for (const [field, { from, type, doc }] of Object.entries(record.fields)) {
      assert.ok(type !== "" && doc !== "", `${name}.${field}`);
      if (from !== undefined) assert.ok(from in layout, `${name}.${field}`);
    }
  }
});
