/** A keystore that is damaged under a running listener. */

import assert from "node:assert/strict";
import { freshKey, RawClient } from "../support/clients.ts";
import { Listening } from "../support/listening.ts";
import { portOf, requireHealthy } from "./process.ts";

/** Damages a keystore. */
type Damage = (keystore: string) => void;

const acceptedFile = (keystore: string) => {
  const [file] = [...Deno.readDirSync(`${keystore}/accepted`)];
  return `${keystore}/accepted/${file!.name}`;
};
const cutTo = (part: number): Damage => (keystore) => {
  const path = acceptedFile(keystore);
  const text = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(path, text.slice(0, Math.floor(text.length * part)));
};

const DAMAGES: Readonly<Record<string, Damage>> = {
  "gone": removeTree,
  "a file": (keystore) => {
    removeTree(keystore);
    Deno.writeTextFileSync(keystore, "");
  },
  "unreadable": (keystore) => Deno.chmodSync(keystore, 0),
  "without accepted keys": (keystore) => removeTree(`${keystore}/accepted`),
  "replaced by an empty one": (keystore) => {
    removeTree(keystore);
    Deno.mkdirSync(`${keystore}/accepted`, { recursive: true });
  },
  "a key cut in half": cutTo(0.5),
  "a key without its last letters": cutTo(0.95),
  "an empty key file": cutTo(0),
  "a key file of noise": (keystore) =>
    Deno.writeFileSync(acceptedFile(keystore), crypto.getRandomValues(new Uint8Array(60_000))),
  "a directory for a key file": (keystore) => {
    const path = acceptedFile(keystore);
    Deno.removeSync(path);
    Deno.mkdirSync(path);
  },
  "a link that leads nowhere": (keystore) => {
    const path = acceptedFile(keystore);
    Deno.removeSync(path);
    Deno.symlinkSync("/nowhere/at/all", path);
  },
  "no key of its own": (keystore) => removeTree(`${keystore}/hostkeys`),
  "half a key of its own": (keystore) =>
    Deno.writeTextFileSync(`${keystore}/hostkeys/default`, "127.0.0.1:6680 AAAA"),
};

export async function damagedKeystore(): Promise<string> {
  await using listening = await Listening.start();
  const client = await listening.connect();
  const port = await portOf(listening);
  const keystore = `${listening.directory}/keystore`;
  const kept = `${listening.directory}/kept`;
  await copy(keystore, kept);
  for (const [what, damage] of Object.entries(DAMAGES)) {
    damage(keystore);
    listening.process.kill("SIGHUP");
    await client.showText(what);
    // An unknown key is let in by no damage.
    const socket = await Deno.connect({ hostname: "127.0.0.1", port });
    using stranger = new RawClient(socket, { key: freshKey() });
    await stranger.send(stranger.peer.hello().take());
    await stranger.untilClosed();
    assert.deepEqual(stranger.peer.answers, [], what);
    remove(keystore);
    await copy(kept, keystore);
    const reloads = listening.err.text.split(" info reloaded ").length;
    listening.process.kill("SIGHUP");
    await listening.err.until({
      exec: (text) => text.split(" info reloaded ").length > reloads || null,
      toString: () => `reloaded, after: ${what}`,
    });
    await requireHealthy(listening, client);
  }
  return `${Object.keys(DAMAGES).length} damages: clients go on, no stranger comes in, all heal`;
}

/** Removes a directory, into which the listener may write a note meanwhile. */
function removeTree(path: string): void {
  for (let attempt = 1;; attempt++) {
    try {
      return Deno.removeSync(path, { recursive: true });
    } catch (error) {
      const isNotEmpty = (error as { code?: string }).code === "ENOTEMPTY";
      if (!isNotEmpty || attempt === 100) throw error;
    }
  }
}

function remove(path: string): void {
  try {
    Deno.chmodSync(path, 0o700);
    removeTree(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function copy(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  assert.ok(success);
}
