/** Programs on a pseudo-terminal, by `script` of util-linux. */

const SCRIPT = "script";

export async function hasScript(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command(SCRIPT, { args: ["--version"] }).output();
    return new TextDecoder().decode(stdout).includes("util-linux");
  } catch {
    return false;
  }
}

/** @param command A command of the shell; its exit code is that of the process. */
export function onTerminal(
  command: string,
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Deno.ChildProcess {
  return new Deno.Command(SCRIPT, {
    args: ["--quiet", "--return", "--command", command, "/dev/null"],
    ...options,
    env: { NO_COLOR: "1", A12_SECRET: "", ...options.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}
