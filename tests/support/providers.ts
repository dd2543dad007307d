import type { Arena } from "../../lib/bytes/receive_buffer.ts";
import { defaultArena } from "../../lib/crypto/mod.ts";
import type { CryptoProvider, Opener, Sealer } from "../../lib/crypto/provider.ts";
import { simdProvider } from "../../lib/crypto/simd/provider.ts";
import { typescriptProvider } from "../../lib/crypto/typescript.ts";

/** A provider and the memory of its receive blocks. */
export interface Crypto {
  readonly name: string;
  readonly crypto: CryptoProvider;
  readonly arena?: Arena;
}

const simd = simdProvider();
const arena = defaultArena();

/** All providers that run on this machine. */
export const CRYPTOS: readonly Crypto[] = [
  { name: "typescript", crypto: typescriptProvider },
  ...(simd ? [{ name: "simd", crypto: simd }] : []),
  ...(simd && arena ? [{ name: "simd in its arena", crypto: simd, arena }] : []),
];

export interface Spied {
  readonly crypto: CryptoProvider;
  /** The plaintext of every sealed packet, in order. */
  readonly sealed: Uint8Array[];
  /** How many openers and sealers are not freed. */
  readonly open: number;
}

/** Wraps a provider to record the plaintext that a session seals. */
export function spyOn(crypto: CryptoProvider): Spied {
  const sealed: Uint8Array[] = [];
  let open = 0;
  const counted = <T extends Opener | Sealer>(half: T): T => {
    open++;
    const free = half.free.bind(half);
    let isFree = false;
    half.free = () => {
      if (!isFree) open--;
      isFree = true;
      free();
    };
    return half;
  };
  return {
    sealed,
    get open() {
      return open;
    },
    crypto: {
      name: crypto.name,
      opener: () => counted(crypto.opener()),
      sealer: () => {
        const sealer = counted(crypto.sealer());
        const seal = sealer.seal.bind(sealer);
        sealer.seal = (buffer, start, end, tagStart, tagLength) => {
          sealed.push(buffer.slice(start, end));
          seal(buffer, start, end, tagStart, tagLength);
        };
        return sealer;
      },
    },
  };
}
