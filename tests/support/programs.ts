/** Programs that some tests need. */

import { fileURLToPath } from "node:url";

/** Opens sockets and becomes another program; needs Python. */
export const WITH_SOCKETS = fileURLToPath(new URL("./with_sockets.py", import.meta.url));

/** Whether a program is installed. */
export async function has(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", { args: ["-c", `command -v ${program}`] })
    .output();
  return success;
}
