/**
 * Opening packets (peek, verify, decrypt) with each provider. The MAC runs over a growing stream, as in a
 * session, so the figures include the cost of deep hash trees.
 */

import { chacha8 } from "@noble/ciphers/chacha.js";
import { blake3 } from "@noble/hashes/blake3.js";
import { defaultArena } from "../../lib/crypto/mod.ts";
import type { CryptoProvider } from "../../lib/crypto/provider.ts";
import { simdProvider } from "../../lib/crypto/simd/provider.ts";
import { typescriptProvider } from "../../lib/crypto/typescript.ts";

const SIZES = [
  { label: "164 B (an event)", wireBytes: 164, packets: 512 },
  { label: "1 KiB", wireBytes: 1024 + 16, packets: 128 },
  { label: "4 KiB", wireBytes: 4096 + 16, packets: 32 },
  { label: "64 KiB", wireBytes: 65_536 + 16, packets: 3 },
] as const;

const key = new Uint8Array(32).fill(1), nonce = new Uint8Array(8).fill(2);
const simd = simdProvider();
const arena = defaultArena();

for (const { label, wireBytes, packets } of SIZES) {
  const group = `${packets} packets of ${label}`;
  if (simd !== undefined && arena !== undefined) {
    register(
      group,
      "SIMD, in place",
      simd,
      arena.alloc(wireBytes * packets)!.subarray(0, wireBytes * packets),
      wireBytes,
      true,
    );
    register(group, "SIMD, copied", simd, new Uint8Array(wireBytes * packets), wireBytes, false);
  }
  const heap = new Uint8Array(wireBytes * packets);
  register(group, "plain TypeScript", typescriptProvider, heap, wireBytes, simd === undefined);
  registerNoble(group, new Uint8Array(wireBytes * packets), wireBytes);
}

function register(
  group: string,
  name: string,
  provider: CryptoProvider,
  block: Uint8Array,
  wireBytes: number,
  baseline: boolean,
): void {
  const sealer = provider.sealer(), opener = provider.opener();
  sealer.install(key, nonce, key);
  opener.install(key, nonce, key);
  Deno.bench({ name, group, baseline }, (bench) => {
    for (let at = 0; at < block.length; at += wireBytes) {
      sealer.seal(block, at + 16, at + wireBytes, at, 16);
    }
    bench.start();
    for (let at = 0; at < block.length; at += wireBytes) {
      opener.peek(block, at + 16, 16);
      if (!opener.open(block, at + 16, at + wireBytes, at, 16)) throw new Error("bad tag");
    }
    bench.end();
  });
}

/** The naive twin: noble's primitives, restarted for each packet. */
function registerNoble(group: string, block: Uint8Array, wireBytes: number): void {
  const mac = blake3.create({ key });
  const nonce12 = new Uint8Array(12);
  let counter = 0;
  Deno.bench({ name: "noble", group }, () => {
    for (let at = 0; at < block.length; at += wireBytes) {
      const body = block.subarray(at + 16, at + wireBytes);
      mac.update(body);
      block.set(mac.clone().digest().subarray(0, 16), at);
      // It never resumes in the middle of a block, which favours noble.
      chacha8(key, nonce12, body, body, counter);
      counter = (counter + Math.ceil(body.length / 64)) % 0x7000_0000;
    }
  });
}
