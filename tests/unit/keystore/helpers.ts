/** Stores and keys for the tests of the keystore. */
import { Keystore, type KeystoreWarning, type Places } from "../../../keystore/mod.ts";

/** A public key that is no point of low order; equal numbers give equal keys. */
export function testKey(number: number): Uint8Array<ArrayBuffer> {
  const key = new Uint8Array(32).fill(9);
  new DataView(key.buffer).setUint32(0, number, true);
  return key;
}

/** The key in base64. */
export function testKeyText(number: number): string {
  return testKey(number).toBase64();
}

/** The places of a secret. */
export function places(name: string | undefined, count: number, secret = "hemlig"): Places {
  return { name, count, secret: new TextEncoder().encode(secret) };
}

/** Runs a test with a fresh directory. */
export async function withDirectory(run: (directory: string) => void | Promise<void>) {
  const directory = await Deno.makeTempDir({ prefix: "keystore-test-" });
  try {
    await run(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Runs a test with a fresh store. */
export async function withStore(
  run: (keystore: Keystore, warnings: KeystoreWarning[]) => void | Promise<void>,
) {
  await withDirectory(async (directory) => {
    const warnings: KeystoreWarning[] = [];
    const root = `${directory}/a12`;
    await run(await Keystore.open(root, { onWarning: (it) => warnings.push(it) }), warnings);
  });
}

/** Puts a file into `accepted/` as a user with an editor does. */
export function writeAccepted(root: string, file: string, text: string): void {
  Deno.writeTextFileSync(`${root}/accepted/${file}`, text, { mode: 0o600 });
}
