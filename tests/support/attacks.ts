import { connect } from "node:net";
import { RawPeer } from "./raw_peer.ts";

/** Addresses of this machine: 127.0.1.0, 127.0.1.1 and so on. */
export function loopbackAddresses(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `127.0.${1 + (i >> 8)}.${i & 255}`);
}

/** The bytes with which an unknown key begins to log in. */
export function unknownKeyHello(): Uint8Array {
  return new RawPeer({ seed: 5 }).hello().take();
}

/** What became of many connections. */
export interface AttackResult {
  readonly connections: number;
  /** Those that the other end has closed or reset. */
  readonly closed: number;
}

interface AttackOptions {
  readonly hostname?: string;
  readonly port: number;
  /** The addresses to connect from, in turns. */
  readonly addresses: readonly string[];
  /** What each connection sends. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /** How many there are at the same time. */
  readonly atOnce: number;
  /** How many begin in a second; as many as can be when absent. */
  readonly perSecond?: number;
}

/** Makes connections that send some bytes and wait for the other end to close. */
export async function attack(options: AttackOptions): Promise<AttackResult> {
  const { addresses, count, atOnce, perSecond = Infinity } = options;
  const startMs = performance.now();
  let begun = 0;
  let closed = 0;
  const run = async () => {
    while (begun < count) {
      const index = begun++;
      const earlyMs = startMs + index * 1_000 / perSecond - performance.now();
      if (earlyMs > 0) await new Promise((resolve) => setTimeout(resolve, earlyMs));
      if (await isClosed(options, addresses[index % addresses.length]!)) closed++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  return { connections: begun, closed };
}

function isClosed(
  { hostname = "127.0.0.1", port, bytes }: AttackOptions,
  localAddress: string,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: hostname, port, localAddress });
  let isOpen = false;
  socket.on("connect", () => {
    isOpen = true;
    socket.write(bytes);
  });
  socket.on("error", () => {});
  socket.on("end", () => socket.destroy());
  socket.on("close", () => resolve(isOpen));
  socket.resume();
  return promise;
}
