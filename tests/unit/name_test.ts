import assert from "node:assert/strict";
import { ApiMisuseError } from "../../lib/errors.ts";
import { parseName } from "../../lib/name.ts";

Deno.test({
  name: "a listening name is 1 to 30 letters, digits and underscores",
  permissions: "none",
  fn() {
    for (const name of ["a", "demo", "_", "0", "Demo_1", "a".repeat(30)]) {
      assert.equal(parseName(name), name);
    }
  },
});

const bad: readonly [string, RegExp][] = [
  ["", /is empty/],
  ["a".repeat(31), /has 31 characters; at most 30/],
  ["a-b", /has the character "-"/],
  ["a b", /has the character " "/],
  ["a,b", /has the character ","/],
  ["*", /has the character "\*"/],
  ["a:port=1", /has the character ":"/],
  ["é", /has the character "é"/],
  ["👍", /has the character "👍"/],
  ["a\n", /has the character "\\n"/],
  ["x".repeat(200), /"x{64}…" has 200/],
];

for (const [name, message] of bad) {
  Deno.test({
    name: `a bad listening name is refused with the value and the reason: ${JSON.stringify(name)}`,
    permissions: "none",
    fn() {
      assert.throws(() => parseName(name), (error: unknown) => {
        assert.ok(error instanceof ApiMisuseError);
        assert.equal(error.code, "bad-name");
        assert.match(error.message, message);
        return true;
      });
    },
  });
}
