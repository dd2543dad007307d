/**
 * The time from the start of the program to its first log line.
 */

import { median } from "./usage.ts";
import type { Measured } from "./bed.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;
const EMPTY = new URL("./empty.ts", import.meta.url).pathname;

async function untilLine(args: readonly string[], start: string): Promise<number> {
  const began = performance.now();
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const decoder = new TextDecoder();
  let text = "";
  let took = 0;
  for await (const chunk of process.stderr) {
    text += decoder.decode(chunk, { stream: true });
    if (took > 0 || !text.includes(start)) continue;
    took = performance.now() - began;
    process.kill("SIGTERM");
  }
  await process.status;
  if (took === 0) throw new Error(`no "${start}" but ${text}`);
  return took;
}

/** Measures `listen` with a warm cache beside an empty program, in milliseconds. */
export async function measureStartup(count: number): Promise<Measured> {
  const keystore = Deno.makeTempDirSync();
  const listen = () =>
    untilLine([MAIN, "listen", "--port", "0", "--keystore", keystore], "listening on");
  await listen();
  const times: number[] = [];
  const floors: number[] = [];
  for (let i = 0; i < count; i++) {
    times.push(await listen());
    floors.push(await untilLine([EMPTY], "listening on"));
  }
  Deno.removeSync(keystore, { recursive: true });
  return {
    cost: median(times),
    spread: [Math.min(...times), Math.max(...times)],
    more: { emptyProgramMs: median(floors) },
  };
}
