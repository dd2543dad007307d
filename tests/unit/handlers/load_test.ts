import assert from "node:assert/strict";
import { join } from "node:path";
import { ApiMisuseError } from "../../../lib/errors.ts";
import { loadHandler } from "../../../lib/handlers/load.ts";

/** Modules, and what is said about each; `undefined` for a good one. */
const MODULES: readonly [name: string, code: string, said: RegExp | undefined][] = [
  ["function", "export default () => {};", undefined],
  ["object", "export default { message() {} };", undefined],
  ["no default", "export const handler = () => {};", /has no default export that is a function or/],
  ["number", "export default 5;", /has no default export that is a function or an object/],
  ["null", "export default null;", /has no default export/],
  ["no function", "export default {};", /the handler has no function of record/],
  [
    "misspelled",
    "export default { regstered() {} };",
    /a function for regstered, which is no kind/,
  ],
  ["no functions", "export default { message: 5 };", /has number for message, must be a function/],
  ["throws", 'throw new Error("boom\\nboom");', /^cannot load the handler .*: boom boom$/],
  ["syntax", "export default ((", /^cannot load the handler .*Expression expected.*:1:18$/],
  ["import", 'import "./gone.ts";', /^cannot load the handler .*Module not found .*gone\.ts/],
];

for (const [name, code, said] of MODULES) {
  Deno.test(`loading a handler module: ${name}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "handler-test-" });
    const path = join(directory, "handler.ts");
    try {
      await Deno.writeTextFile(path, code);
      const loading = loadHandler(path);
      if (said === undefined) {
        assert.equal(typeof await loading, "function");
        return;
      }
      await assert.rejects(loading, (error: unknown) => {
        assert(error instanceof ApiMisuseError);
        assert.equal(error.code, "bad-handler");
        assert.match(error.message, said);
        assert.doesNotMatch(error.message, /\n/, "one line");
        return true;
      });
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}
