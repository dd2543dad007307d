/** Runs a program on a pseudo-terminal; part of util-linux. */
export const SCRIPT = "script";

export async function hasScript(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command(SCRIPT, { args: ["--version"] }).output();
    return new TextDecoder().decode(stdout).includes("util-linux");
  } catch {
    return false;
  }
}
