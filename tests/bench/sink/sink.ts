/**
 * The process that is measured: a listener whose clients draw onto their surfaces and nothing else.
 */

import process from "node:process";
import { profileStart, profileStop } from "./profile.ts";
import { serve } from "./rpc.ts";
import { readUsage } from "./usage.ts";

/** What the sink is started with. */
export interface SinkSetup {
  /** The keystore directory; accepts the clients of the bench. */
  readonly keystore: string;
  /** The cryptography; `simd` is what the listener chooses by itself where it can. */
  readonly provider: "simd" | "typescript";
}

/** What the sink answers. */
export interface SinkReady {
  readonly port: number;
  readonly provider: string;
}

const collect = (globalThis as { gc?: () => void }).gc;

await serve({
  async start({ keystore, provider }: SinkSetup): Promise<SinkReady> {
    // The listener falls back to its twin where there is no WebAssembly.
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
// Clients may still be there; nobody waits for them.
Deno.exit(0);
