/** `completions` in real shells, and `manual` with the programs that format it. */

import assert from "node:assert/strict";
import { runCli } from "../../lib/cli/program.ts";
import { makeProgram } from "../../main.ts";
import { keptIo } from "../support/cli_io.ts";
import { inDirectory } from "../support/directory.ts";
import { has } from "../support/programs.ts";

async function print(...args: string[]): Promise<string> {
  const io = keptIo();
  assert.equal(await runCli(await makeProgram(io), args, io), 0, io.stderr);
  return io.stdout;
}

async function run(program: string, args: string[], env = {}): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, env }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, text);
  return text;
}

/** What each shell asks its completion, with the file of the completion as the first argument. */
const ASK = {
  bash: `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; _net_listen
    printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: `compdef() {}; _files() { print FILES }; compadd() { shift; print -l -- "$@" }
    source "$1"; shift; words=("$@"); CURRENT=$#; _net_listen`,
  fish: `source $argv[1]; complete -C (string join -- " " $argv[2..])`,
} as const;

const CASES: readonly [words: string, offered: RegExp][] = [
  ["", /^connect\b[^]*^keystore\b/m],
  ["listen --h26", /^--h264\b/m],
  ["listen --h264 ", /^cancel\b[^]*^decode\b[^]*^pass\b/m],
  ["keystore ", /^add\b[^]*^list\b/m],
  ["keystore add --", /^--help\b/m],
  ["completions ", /^bash\b/m],
  ["ctl show ", /^71\b/m],
  ["ctl --to demo:1 show ", /^72\b/m],
  ["ctl --control=/a/b end ", /^73\b/m],
  ["ctl --fleet nats://[::1]:1 --to host end ", /^74\b/m],
  ["fleet --fleet nats://a,b:1 --fleet-ca /c --fleet-insecure --json type ", /^host-1\/75\b/m],
];

/** Stands for the installed command, with a client for each way to choose a listener. */
const COMMAND = `#!/bin/sh
case "$*" in
  "ctl list --ids") echo 71 ;;
  "ctl --to demo:1 list --ids") echo 72 ;;
  "ctl --control=/a/b list --ids"|"ctl --control /a/b list --ids") echo 73 ;;
  "ctl --fleet nats://[::1]:1 --to host list --ids") echo 74 ;;
  "fleet --fleet nats://a,b:1 --fleet-ca /c --fleet-insecure list --ids") echo host-1/75 ;;
esac
`;

for (const shell of ["bash", "zsh", "fish"] as const) {
  Deno.test({
    name: `completions ${shell}: commands, options and values are offered where they belong`,
    ignore: !await has(shell),
    fn: async () => {
      await inDirectory(async (directory) => {
        const file = `${directory}/completions`;
        await Deno.writeTextFile(file, await print("completions", shell));
        await Deno.writeTextFile(`${directory}/net-listen`, COMMAND, { mode: 0o700 });
        const env = { PATH: `${directory}:${Deno.env.get("PATH")}` };
        const options = shell === "fish"
          ? ["--no-config", "-c"]
          : shell === "zsh"
          ? ["-f", "-c"]
          : ["-c"];
        const ask = (text: string) => {
          const words = ["net-listen", ...text.split(" ")];
          // The first argument of a script is its name, except in fish.
          const name = shell === "fish" ? [] : [shell];
          return run(shell, [...options, ASK[shell], ...name, file, ...words], env);
        };
        for (const [words, offered] of CASES) assert.match(await ask(words), offered, words);
        assert.doesNotMatch(await ask("keystore "), /^listen\b|^--h264/m);
      });
    },
  });
}

Deno.test("manual: each command and each option is in it", async () => {
  const page = (await print("manual")).replaceAll("\\-", "-");
  const program = await makeProgram();
  for (
    const command of [
      ...program.commands,
      ...program.commands.flatMap((each) => each.commands),
    ]
  ) {
    assert.match(page, new RegExp(`^\\.SS "net-listen.* ${command.name()}"$`, "m"));
    for (const { long } of command.options) assert.ok(page.includes(long!), long);
  }
  assert.match(page, /^listen demo ::1 7000 --json|^ *listen demo ::1 7000 --json/m);
});

for (
  const [program, args] of [
    ["mandoc", ["-Tlint", "-Werror"]],
    ["groff", ["-ww", "-man", "-Tutf8", "-z"]],
  ] as const
) {
  Deno.test({
    name: `manual: ${program} finds no fault in the page`,
    ignore: !await has(program),
    fn: async () => {
      await inDirectory(async (directory) => {
        await Deno.writeTextFile(`${directory}/net-listen.1`, await print("manual"));
        assert.equal(await run(program, [...args, `${directory}/net-listen.1`]), "");
      });
    },
  });
}
