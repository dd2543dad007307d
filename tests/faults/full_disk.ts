/** A disk that takes no more: each file may have so many bytes, and a write beyond fails. */

import assert from "node:assert/strict";
import { freshKey, RawClient } from "../support/clients.ts";
import { Listening } from "../support/listening.ts";
import { portOf, requireHealthy } from "./process.ts";

/** In units of 512 bytes, or of 1 KiB in some shells. */
const limited = (units: number) => `trap '' XFSZ && ulimit -f ${units}`;

export async function fullDisk(): Promise<string> {
  await using listening = await Listening.startAfter(
    limited(16),
    ...["--record", "DIR/rec", "--log-file", "DIR/log", "--debug"],
  );
  const client = await listening.connect();
  let shown = 0;
  const log = () => Deno.readTextFileSync(`${listening.directory}/log`);
  while (!log().includes("recording-stopped")) {
    assert.ok(shown < 2_000, "the recording ends");
    await client.showText(`line ${shown++} `.padEnd(80, `${shown % 10}`));
  }
  await requireHealthy(listening, client);
  assert.equal(await listening.stop(), 0);

  await using keystore = await Listening.startAfter(limited(0), "--secret", "1:open sesame");
  const port = await portOf(keystore);
  const options = { secret: "open sesame" };
  using guest = await connect(port, { key: freshKey(), ...options });
  await guest.login().catch(() => {});
  await keystore.err.until(/ login-refused .*reason=keystore-unwritable| error .*keystore/);
  await guest.untilClosed();
  using known = await connect(port, { key: keystore.key, ...options });
  await known.login();
  await keystore.err.until(/ client-authenticated /);
  return `a recording ends after ${shown} frames, a key that cannot be written is refused`;
}

async function connect(port: number, options: ConstructorParameters<typeof RawClient>[1]) {
  return new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }), options);
}
