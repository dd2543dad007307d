import assert from "node:assert/strict";
import { Command } from "commander";
import { UsageError } from "../../../lib/cli/errors.ts";
import { runCli } from "../../../lib/cli/program.ts";
import { addVersion } from "../../../lib/cli/version.ts";
import { ApiMisuseError, KeystoreError } from "../../../lib/errors.ts";
import { formatTable } from "../../../lib/cli/keystore_text.ts";
import { escapeControls } from "../../../lib/log.ts";
import { keptIo } from "../../support/cli_io.ts";

async function run(args: string[], action: () => void = () => {}) {
  const io = keptIo();
  const program = new Command("prog").option("--debug")
    .addCommand(new Command("do").argument("[what]").option("--flag").action(action))
    .addCommand(new Command("group").addCommand(new Command("sub").action(action)));
  addVersion(program, "1.2.3");
  const code = await runCli(program, args, io);
  return { code, stdout: io.stdout, stderr: io.stderr };
}

Deno.test("a successful command exits with 0 and prints nothing of its own", async () => {
  assert.deepEqual(await run(["do", "x", "--flag"]), { code: 0, stdout: "", stderr: "" });
});

Deno.test("--help and --version print to standard output and exit with 0", async () => {
  for (const args of [["--help"], ["do", "--help"], ["group", "sub", "-h"], ["help", "do"]]) {
    const { code, stdout, stderr } = await run(args);
    assert.deepEqual([code, stderr], [0, ""], args.join(" "));
    assert.match(stdout, /^Usage: prog/);
  }
  for (const args of [["--version"], ["-V"]]) {
    const { code, stdout, stderr } = await run(args);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^prog 1\.2\.3 \(crypto simd, deno \d+\.\d+\.\d+\)\n$/);
  }
});

const usage: readonly [args: string[], message: RegExp][] = [
  [[], /^Usage: prog/],
  [["group"], /^Usage: prog group/],
  [["dp"], /^error: unknown command 'dp'\n\(Did you mean do\?\)/],
  [["group", "x"], /^error: unknown command 'x'/],
  [["do", "--falg"], /^error: unknown option '--falg'\n\(Did you mean --flag\?\)/],
  [["do", "a", "b"], /^error: too many arguments for 'do'/],
];

Deno.test("an option and its opposite exclude each other, in either order", async () => {
  for (const args of [["--place", "x", "--no-place"], ["--no-place", "--place", "x"]]) {
    const io = keptIo();
    const program = new Command("prog").option("--place <path>").option("--no-place")
      .action(() => {});
    assert.equal(await runCli(program, args, io), 2);
    assert.equal(io.stderr, "error: --place and --no-place exclude each other\n");
  }
});

for (const [args, message] of usage) {
  Deno.test(`a mistake on the command line exits with 2: prog ${args.join(" ")}`, async () => {
    const { code, stdout, stderr } = await run(args);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, message);
  });
}

const failures: readonly [error: Error, code: number, stderr: string][] = [
  [new UsageError("no such thing"), 2, "error: no such thing\n"],
  [new ApiMisuseError("bad-name", "the name is bad"), 2, "error: the name is bad\n"],
  [new KeystoreError("bad-key", "bad argument"), 2, "error: bad argument\n"],
  [new KeystoreError("bad-key", "bad file", { path: "f" }), 1, "error: bad file\n"],
  [new KeystoreError("no-such-key", "gone"), 1, "error: gone\n"],
  [new TypeError("oops"), 1, "error: unexpected: oops\n"],
  [new UsageError("\x1b[31mred"), 2, "error: \\u001b[31mred\n"],
];

for (const [error, code, stderr] of failures) {
  Deno.test(`an error of a command is one line on stderr: ${JSON.stringify(stderr)}`, async () => {
    const result = await run(["do"], () => {
      throw error;
    });
    assert.deepEqual(result, { code, stdout: "", stderr });
  });
}

Deno.test("--debug adds the stack", async () => {
  const { stderr } = await run(["--debug", "do"], () => {
    throw new TypeError("oops");
  });
  assert.match(stderr, /^error: unexpected: oops\nTypeError: oops\n +at .*program_test\.ts/);
});

Deno.test("--debug adds the cause of an error, without control characters", async () => {
  const { stderr } = await run(["--debug", "do"], () => {
    const cause = new TypeError("boom \x1b[31m");
    throw new ApiMisuseError("bad-handler", "cannot load it: boom \x1b[31m", { cause });
  });
  assert.match(stderr, /^error: cannot load it: boom \\u001b\[31m\n/);
  assert.match(stderr, /\ncaused by: TypeError: boom \\u001b\[31m\n +at .*program_test\.ts/);
  // deno-lint-ignore no-control-regex -- this must not be there
  assert.doesNotMatch(stderr, /\x1b/);
});

Deno.test("a table shows what strangers have written without its control characters", () => {
  assert.equal(
    formatTable([["A", "B"], ["\x1b[2J", "\u202ex\n"]]),
    "A          B\n\\u001b[2J  \\u202ex\\u000a\n",
  );
});

Deno.test("control characters and direction marks are escaped", () => {
  assert.equal(escapeControls("a\x1b[2J\u009b\u202eé👍\n"), "a\\u001b[2J\\u009b\\u202eé👍\\u000a");
});

Deno.test("columns are aligned, without blanks at the end of lines", () => {
  assert.equal(
    formatTable([["A", "LONG", "C"], ["aaa", "b", "c"]]),
    "A    LONG  C\naaa  b     c\n",
  );
});
