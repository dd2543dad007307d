/** The keystore command without a process of its own. */

import { Command } from "commander";
import { keystoreCommand } from "../../lib/cli/keystore.ts";
import type { CliIo } from "../../lib/cli/io.ts";
import { runCli } from "../../lib/cli/program.ts";
import { inDirectory } from "./directory.ts";

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

export interface KeystoreBench {
  directory: string;
  root: string;
  run(...args: string[]): Promise<Result>;
}

/** Runs `keystore` with arguments. */
export async function runIn(env: Record<string, string>, args: string[]): Promise<Result> {
  let stdout = "";
  let stderr = "";
  const io: CliIo = {
    out: (text) => void (stdout += text),
    err: (text) => void (stderr += text),
    env: { get: (name) => env[name], delete() {} },
  };
  const program = new Command("net-listen").addCommand(keystoreCommand(io));
  return { code: await runCli(program, ["keystore", ...args], io), stdout, stderr };
}

/** Runs a test with a store of its own; the line that names the store is left out of the output. */
export async function withBench(run: (bench: KeystoreBench) => Promise<void>): Promise<void> {
  await inDirectory(async (directory) => {
    const root = `${directory}/a12`;
    await run({
      directory,
      root,
      run: async (...args) => {
        const result = await runIn({}, ["--keystore", root, ...args]);
        result.stderr = result.stderr.replace(`keystore: ${root} (from --keystore)\n`, "");
        return result;
      },
    });
  });
}
