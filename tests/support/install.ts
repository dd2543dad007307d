/** `install systemd` without a process. */

import type { CliIo } from "../../lib/cli/io.ts";
import { runCli } from "../../lib/cli/program.ts";
import { makeProgram } from "../../main.ts";

export async function install(args: string[], env: Record<string, string> = {}) {
  const result = { code: 0, stdout: "", stderr: "" };
  const io: CliIo = {
    out: (text) => void (result.stdout += text),
    err: (text) => void (result.stderr += text),
    env: { get: (name) => env[name], delete() {} },
  };
  result.code = await runCli(await makeProgram(io), ["install", "systemd", ...args], io);
  return result;
}
