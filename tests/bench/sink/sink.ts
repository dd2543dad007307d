/**
 * The measured process: a listener whose clients draw onto their surfaces and do nothing else.
 */

import process from "node:process";
import { profileStart, profileStop } from "./profile.ts";
import { serve } from "./rpc.ts";
import { readUsage } from "./usage.ts";

export interface SinkSetup {
  /** The keystore directory, which accepts the clients of the bench. */
  readonly keystore: string;
  /** The provider; a listener chooses `simd` where WebAssembly is available. */
  readonly provider: "simd" | "typescript";
}

export interface SinkReady {
  readonly port: number;
  readonly provider: string;
}

const collect = (globalThis as { gc?: () => void }).gc;

await serve({
  async start({ keystore, provider }: SinkSetup): Promise<SinkReady> {
    // Without WebAssembly the listener uses the TypeScript provider.
    if (provider === "typescript") Reflect.deleteProperty(globalThis, "WebAssembly");
    const { netListen, silentLogger } = await import("../../../lib/mod.ts");
    const { defaultProvider } = await import("../../../lib/crypto/mod.ts");
    const log = Deno.env.has("BENCH_LOG")
      ? { log: (...line: unknown[]) => console.error(...line) }
      : silentLogger;
    const listener = netListen(undefined, "127.0.0.1", 0, (source, status) => {
      if (status.kind === "segment_request") source.acceptTarget(() => {});
    }, { keystore, log });
    return { port: listener.address.port, provider: defaultProvider().name };
  },
  usage: readUsage,
  collect: () => collect?.(),
  pid: () => process.pid,
  profileStart,
  profileStop,
});
// Does not wait for clients that are still connected.
Deno.exit(0);
