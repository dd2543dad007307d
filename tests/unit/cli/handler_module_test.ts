import assert from "node:assert/strict";
import { join } from "node:path";
import { ApiMisuseError } from "../../../lib/errors.ts";
import { loadHandler } from "../../../lib/cli/handler_module.ts";
import { asFunction, type Handler } from "../../../lib/handlers/types.ts";
import type { ListenSource, ListenStatus } from "../../../lib/net/listen_types.ts";
import { inDirectory } from "../../support/directory.ts";

/** `undefined` instead of an error for a good module. */
const MODULES: readonly [name: string, code: string, error: RegExp | undefined][] = [
  ["function", "export default () => {};", undefined],
  ["object", "export default { message() {} };", undefined],
  ["no default", "export const handler = () => {};", /has no default export that is a function or/],
  ["number", "export default 5;", /has no default export that is a function or an object/],
  ["null", "export default null;", /has no default export/],
  [
    "no function",
    "export default {};",
    /the handler has no function for a kind of record; known kinds: alert, .*, viewport$/,
  ],
  [
    "misspelled",
    "export default { regstered() {} };",
    /the handler has a member "regstered", which is no kind of record; known kinds: alert, /,
  ],
  ["class instance", "export default new class { message() {} }();", undefined],
  [
    "class instance with helpers",
    "export default new class { count = 0; frames = 0; static of() {} #x() {} help() {} frame() {} }();",
    undefined,
  ],
  ["inherited", "class A { message() {} } export default new class extends A {}();", undefined],
  ["field", "export default new class { message = () => {}; }();", undefined],
  ["getter", "export default { get message() { return () => {}; } };", undefined],
  [
    "inherited getter",
    "export default new class { get message() { return () => {}; } }();",
    undefined,
  ],
  ["frozen", "export default Object.freeze({ message() {} });", undefined],
  [
    "without prototype",
    "export default Object.assign(Object.create(null), { frame() {} });",
    undefined,
  ],
  ["bound function", "export default (function () {}).bind({});", undefined],
  [
    "class",
    "export default class Mine { message() {} }",
    /^the handler is the class Mine, must be an instance: new Mine\(\)$/,
  ],
  [
    "class instance without a kind",
    "export default new class { help() {} }();",
    /has no function for a kind of record; known kinds: /,
  ],
  ...["regsterd", "segmentRequest", "Message", "terminate", "frames"].map((
    name,
  ): [string, string, RegExp] => [
    `class instance with ${name}`,
    `export default new class { ${name}() {} message() {} }();`,
    new RegExp(
      `has a method "${name}", which looks like "\\w+"; rename it to \\w+ or #${name}$`,
    ),
  ]),
  [
    "class instance with a number",
    "export default new class { message = 5; }();",
    /has a number as "message", must be a function/,
  ],
  [
    "no functions",
    "export default { message: 5 };",
    /has a number as "message", must be a function/,
  ],
  ["throws", 'throw new Error("boom\\nboom");', /^cannot load the handler .*: boom boom$/],
  ["syntax", "export default ((", /^cannot load the handler .*Expression expected.*:1:18$/],
  ["import", 'import "./gone.ts";', /^cannot load the handler .*Module not found .*gone\.ts/],
];

for (const [name, code, error] of MODULES) {
  Deno.test(`loading a handler module: ${name}`, () =>
    inDirectory(async (directory) => {
      const path = join(directory, "handler.ts");
      await Deno.writeTextFile(path, code);
      const loading = loadHandler(path).then(asFunction);
      if (error === undefined) {
        assert.equal(typeof await loading, "function");
        return;
      }
      await assert.rejects(loading, (thrown: unknown) => {
        assert(thrown instanceof ApiMisuseError);
        assert.equal(thrown.code, "bad-handler");
        assert.match(thrown.message, error);
        assert.doesNotMatch(thrown.message, /\n/, "one line");
        return true;
      });
    }));
}

for (
  const [name, makeHandler] of Object.entries({
    "a class instance": () =>
      new class Counter {
        count = 0;
        message() {
          this.count++;
        }
      }(),
    "an inherited method": () => {
      class Base {
        count = 0;
        message(): void {
          this.count++;
        }
      }
      return new class extends Base {}();
    },
    "a getter": () => ({
      count: 0,
      get message() {
        return () => void this.count++;
      },
    }),
  })
) {
  Deno.test(`${name} as a handler has itself as this`, () => {
    const handler = makeHandler();
    // In a plain object the count would be refused, as it is no kind.
    if (name === "a getter") Object.defineProperty(handler, "count", { enumerable: false });
    const source = { role: "client", id: 2 } as unknown as ListenSource;
    const status = { kind: "message", frame: 0, message: "hi" } as unknown as ListenStatus;
    const call = asFunction(handler as Handler);
    void call(source, status);
    void call(source, status);
    assert.equal(handler.count, 2);
  });
}
