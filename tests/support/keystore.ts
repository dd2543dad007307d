/** Stores, keys and places for tests. */

import { Keystore, type KeystoreWarning, type Places } from "../../keystore/mod.ts";
import { inDirectory, listFiles } from "./directory.ts";

/** A usable public key; equal numbers give equal keys. */
export function testKey(number: number): Uint8Array<ArrayBuffer> {
  const key = new Uint8Array(32).fill(9);
  new DataView(key.buffer).setUint32(0, number, true);
  return key;
}

export function testKeyText(number: number): string {
  return testKey(number).toBase64();
}

export function places(name: string | undefined, count: number, secret = "hemlig"): Places {
  return { name, count, secret: new TextEncoder().encode(secret) };
}

/** Runs a test with a new store and the warnings that it has given. */
export async function withStore(
  run: (keystore: Keystore, warnings: KeystoreWarning[]) => void | Promise<void>,
) {
  await inDirectory(async (directory) => {
    const warnings: KeystoreWarning[] = [];
    const root = `${directory}/a12`;
    await run(await Keystore.open(root, { onWarning: (it) => warnings.push(it) }), warnings);
  });
}

/** The content of each file of `accepted/`, sorted. */
export function readAccepted(root: string): string[] {
  const path = `${root}/accepted`;
  return listFiles(path).map((name) => Deno.readTextFileSync(`${path}/${name}`)).sort();
}

/** Writes a file of `accepted/` as an editor does: in place, without the lock. */
export function writeAccepted(root: string, file: string, text: string): void {
  Deno.writeTextFileSync(`${root}/accepted/${file}`, text, { mode: 0o600 });
}
