/** Programs that some tests need. */

import { fileURLToPath } from "node:url";

/** Opens sockets and becomes another program; needs Python. */
export const WITH_SOCKETS = fileURLToPath(new URL("./with_sockets.py", import.meta.url));

/** Whether a program is installed. @param flag Makes it print something and end. */
export async function has(program: string, flag = "--version"): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(program, {
      args: [flag],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}
