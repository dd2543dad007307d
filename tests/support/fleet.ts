/** Keystores of fleets for tests. */

import { Keystore } from "../../keystore/mod.ts";
import { FleetKeystore, type FleetKeystoreOptions } from "../../lib/fleet/mod.ts";
import { inDirectory } from "./directory.ts";
import { NatsServer } from "./nats.ts";

/** Runs a test with a server and an empty directory. */
export async function withNats(
  run: (server: NatsServer, directory: string) => Promise<void>,
): Promise<void> {
  await inDirectory(async (directory) => {
    await using server = await NatsServer.start();
    await run(server, directory);
  });
}

/** Opens keystores of one fleet that share our own keys. */
export class TestFleet {
  readonly options: FleetKeystoreOptions;

  private constructor(options: FleetKeystoreOptions) {
    this.options = options;
  }

  /** @param directory For our own keys. */
  static async make(server: NatsServer, directory: string): Promise<TestFleet> {
    const own = await Keystore.open(`${directory}/a12`);
    return new TestFleet({ servers: [server.url], name: "test", own });
  }

  open(more: Partial<FleetKeystoreOptions> = {}): Promise<FleetKeystore> {
    return FleetKeystore.open({ ...this.options, ...more });
  }
}

/** Lets a key in at the listeners of a fleet. */
export async function addToFleet(
  { url }: NatsServer,
  publicKey: Uint8Array,
  name = "fleet",
): Promise<void> {
  await inDirectory(async (directory) => {
    const own = await Keystore.open(`${directory}/a12`);
    await using keystore = await FleetKeystore.open({ servers: [url], name, own });
    await keystore.add(["demo"], publicKey);
  });
}
