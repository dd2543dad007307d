/** What every option and every argument of every command refuses. */

import assert from "node:assert/strict";
import type { Command, Option } from "commander";
import type { CliIo } from "../../../lib/cli/io.ts";
import { RepeatableOption, runCli } from "../../../lib/cli/program.ts";
import { makeProgram } from "../../../main.ts";

/** Good values of every option; the first that an option takes is given to it. */
const VALUES = ["1", "1x1", "popup", "1G", "1d", "::1", "nats://[::1]", "[::1]:1"];

async function run(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const result = { code: 0, stdout: "", stderr: "" };
  const io: CliIo = {
    out: (text) => void (result.stdout += text),
    err: (text) => void (result.stderr += text),
    env: { get: () => undefined, delete() {} },
  };
  result.code = await runCli(await makeProgram(io, args[0]), args, io);
  return result;
}

/** Every command with the words that lead to it. */
function* commands(command: Command, path: string[] = []): Generator<[Command, string[]]> {
  yield [command, path];
  for (const each of command.commands) yield* commands(each, [...path, each.name()]);
}

function goodValue({ argChoices, parseArg, long }: Option): string {
  for (const value of argChoices ?? VALUES) {
    try {
      parseArg?.(value, undefined);
      return value;
    } catch {
      // It is one for another option.
    }
  }
  throw new Error(`${long} takes none of ${VALUES}`);
}

async function refuses(args: string[], message: string): Promise<void> {
  const { code, stdout, stderr } = await run(args);
  assert.deepEqual([code, stdout], [2, ""], args.join(" "));
  assert(stderr.startsWith(`error: ${message}`), `${args.join(" ")}: ${stderr}`);
}

let options = 0;
for (const [command, path] of commands(await makeProgram())) {
  for (const option of command.options.filter(({ required }) => required)) {
    options++;
    const name = option.long!;
    Deno.test(`${path.join(" ")} ${name} takes one value, not empty, and UTF-8`, async () => {
      await refuses([...path, name, ""], `${name} is empty\n`);
      await refuses([...path, `${name}=`], `${name} is empty\n`);
      await refuses([...path, name, "a\ufffdb"], `${name} has bytes that are not UTF-8\n`);
      if (option instanceof RepeatableOption) return;
      const value = goodValue(option);
      await refuses([...path, name, value, name, value], `${name} is given twice\n`);
    });
  }
  command.registeredArguments.forEach((argument, i) => {
    const others = command.registeredArguments.map(({ argChoices }, at) =>
      argChoices?.[0] ?? `${at}`
    );
    const [before, after] = [others.slice(0, i), others.slice(i + 1)];
    Deno.test(`${path.join(" ")} ${argument.name()} is not empty, and UTF-8`, async () => {
      const name = argument.parseArg === undefined
        ? `the argument ${argument.name()} `
        : `command-argument value `;
      await refuses([...path, ...before, "", ...after], name);
      await refuses([...path, ...before, "\ufffd", ...after], name);
    });
  });
}

Deno.test("the options of all commands were found", () => assert(options > 20, `${options}`));

Deno.test("a command that is named is loaded alone, and is the same as among all", async () => {
  const all = (await makeProgram()).commands;
  for (const command of all.filter((each) => !["completions", "manual"].includes(each.name()))) {
    const alone = await makeProgram(undefined, command.name());
    const names = alone.commands.map((each) => each.name());
    assert.deepEqual(names, [command.name(), "completions", "manual"]);
    assert.equal(alone.commands[0]!.helpInformation(), command.helpInformation());
  }
  assert.equal((await makeProgram(undefined, "constructor")).commands.length, all.length);
});

Deno.test("an option of an earlier run of the same program is not given twice", async () => {
  const io = { out() {}, err() {}, env: { get: () => undefined, delete() {} } };
  const program = await makeProgram(io);
  assert.equal(await runCli(program, ["listen", "--port", "1", "--help"], io), 0);
  assert.equal(await runCli(program, ["listen", "--port", "1", "--help"], io), 0);
});

Deno.test("the errors of a mistyped option and of surplus arguments have no value, which may be a secret", async () => {
  for (
    const args of [
      ["listen", "--secrte=2:hemlig"],
      ["listen", "--keystore", "/nowhere", "a", "b", "1", "hemlig"],
      ["listen", "--secret", "2:hemlig", "--secret", "2:hemlig"],
      ["connect", "--secret", "hemlig\ufffd"],
      ["connect", "--secret", "hemlig", "--secret-stdin"],
    ]
  ) {
    const { code, stderr } = await run(args);
    assert.equal(code, 2);
    assert.match(stderr, /^error: .*(--secret|--secrte|too many arguments)/);
    assert(!stderr.includes("hemlig"), stderr);
  }
});
