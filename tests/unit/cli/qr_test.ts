import assert from "node:assert/strict";
import { encode } from "uqr";
import { drawQr } from "../../../lib/cli/qr.ts";
import { testKeyText } from "../../support/keystore.ts";

const text = testKeyText(1);
const MODULES = new Map([[" ", [0, 0]], ["▀", [1, 0]], ["▄", [0, 1]], ["█", [1, 1]]]);

/** The modules of a drawing, row by row. */
function readModules(drawing: string): number[][] {
  return drawing.slice(0, -1).split("\n").flatMap((line) => {
    const pairs = [...line].map((block) => MODULES.get(block)!);
    return [pairs.map(([upper]) => upper!), pairs.map(([, lower]) => lower!)];
  });
}

Deno.test("a key is drawn with all its modules and the border that readers need", () => {
  const drawing = drawQr(text, false);
  const rows = readModules(drawing);
  const { data } = encode(text, { ecc: "M", border: 4 });
  assert.deepEqual(rows.slice(0, data.length), data.map((row) => row.map(Number)));
  assert.ok(rows.slice(0, 4).flat().every((module) => module === 0), "the border is light");
  assert.deepEqual(rows[4]!.slice(3, 12), [0, 1, 1, 1, 1, 1, 1, 1, 0], "a corner is dark");
  assert.equal(rows.length, Math.ceil(data.length / 2) * 2);
});

Deno.test("on a terminal, each line is black on white and leaves no color behind", () => {
  const lines = drawQr(text, true).trimEnd().split("\n");
  for (const line of lines) assert.ok(line.startsWith("\x1b[30;107m") && line.endsWith("\x1b[0m"));
  assert.equal(lines.map((line) => line.slice(9, -4)).join("\n") + "\n", drawQr(text, false));
});
