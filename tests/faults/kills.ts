/** `kill -9` of a listener that enrols keys, notes knocks and records. */

import assert from "node:assert/strict";
import { Keystore, type KeystoreWarning } from "../../keystore/mod.ts";
import { freshKey, RawClient } from "../support/clients.ts";
import { connectFrom } from "../support/connect_from.ts";
import { Listening } from "../support/listening.ts";
import type { Size } from "../support/proof_row.ts";
import { SeededRandom } from "../support/random.ts";
import { portOf } from "./process.ts";

const SECRET = "open sesame";
const KNOCKING = "127.0.3.1";

export async function kills(size: Size): Promise<string> {
  const rounds = size === "long" ? 40 : 2;
  const random = new SeededRandom(rounds);
  let keys = 0;
  let recordings = 0;
  for (let round = 0; round < rounds; round++) {
    const found = await killOnce(random.below(60));
    keys += found.keys;
    recordings += found.recordings;
  }
  return `${rounds} kills: ${keys} keys, ${recordings} recordings, nothing half written`;
}

/** @param steps How many keys are enrolled before the kill. */
async function killOnce(steps: number): Promise<{ keys: number; recordings: number }> {
  await using listening = await Listening.start(
    ...["--secret", `1000:${SECRET}`, "--record", "DIR/rec", "--record-fps", "1000"],
  );
  const port = await portOf(listening);
  const running = [0, 1, 2].map(async (lane) => {
    for (let n = 0;; n++) {
      // The first lane knocks with a wrong secret, the others enrol.
      const secret = lane === 0 ? {} : { secret: SECRET };
      // Failed logins close their address out.
      const address = lane === 0 ? KNOCKING : "127.0.0.1";
      using client = new RawClient(await connectFrom(address, port), {
        key: freshKey(),
        ...secret,
      });
      await client.login();
      for (let line = 0; line < 5; line++) {
        client.peer.event({ category: "external", kind: "ident", message: `${n} ${line}` });
        await client.send();
      }
      await client.answers();
    }
  });
  const over = Promise.allSettled(running);
  const isThere = { exec: (text: string) => text.split(" key-enrolled ").length > steps || null };
  await listening.err.until(isThere);
  listening.process.kill("SIGKILL");
  await listening.process.status;
  await over;

  const warnings: KeystoreWarning[] = [];
  const keystore = await Keystore.open(`${listening.directory}/keystore`, {
    onWarning: (warning) => warnings.push(warning),
  });
  assert.deepEqual(warnings, []);
  const enrolled = listening.err.text.split(" key-enrolled ").length - 1;
  const keys = keystore.list().length;
  assert.ok(keys >= enrolled, `${keys} keys are stored, ${enrolled} were told`);
  keystore.notes.knocks();
  const folders = [...Deno.readDirSync(`${listening.directory}/rec`)];
  for (const { name } of folders) requireWholeLines(`${listening.directory}/rec/${name}`);
  return { keys, recordings: folders.length };
}

function requireWholeLines(folder: string): void {
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    if (!isFile || !/\.(json|jsonl|cast)$/.test(name)) continue;
    const text = Deno.readTextFileSync(`${folder}/${name}`);
    assert.ok(text === "" || text.endsWith("\n"), `${folder}/${name} ends with a whole line`);
    for (const line of text.split("\n").filter(Boolean)) JSON.parse(line);
  }
}
