/** Handlers that fail, each for its own client alone. */

import { Listening } from "../support/listening.ts";

/** What a handler does when its client says so. */
const FAILURES = {
  throws: `throw new Error("out of order");`,
  rejects: `return Promise.reject(new Error("out of order"));`,
  hangs: `return new Promise(() => {});`,
  leaks: `setInterval(() => { throw new Error("later"); }, 1); return;`,
  loops: `for (;;);`,
} as const;

const MODULE = `export default { ident(source, { message }) {
  ${
  Object.entries(FAILURES).map(([how, code]) => `if (message === "${how}") { ${code} }`).join("\n")
}
} };`;

export async function brokenHandlers(): Promise<string> {
  const module = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(module, MODULE);
  {
    await using listening = await Listening.start("--handler", module);
    const good = await listening.connect();
    for (const how of ["throws", "rejects", "hangs", "leaks"]) {
      const client = await listening.connect(how);
      await client.activated();
      client.ident(how);
      await good.showText(how);
      await (await listening.connect()).showText("another");
    }
    listening.process.kill("SIGKILL");
  }
  // A loop stands in its own thread alone; the clients of the other worker go on.
  await using listening = await Listening.start("--handler", module, "--workers", "2");
  const clients = await Promise.all(Array.from({ length: 24 }, () => listening.connect()));
  await Promise.all(clients.map((client) => client.activated()));
  clients[0]!.ident("loops");
  const drawing = clients.slice(1).map((client) => client.showText("alive"));
  await Promise.any(drawing);
  await Deno.remove(module);
  listening.process.kill("SIGKILL");
  await Promise.allSettled(drawing);
  return `throw, reject, hang, fail later: others go on; a loop holds up one of two workers`;
}
