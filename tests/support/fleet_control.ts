/** Control over the servers of a fleet, without listeners. */

import type { Controlled } from "../../lib/control/mod.ts";
import {
  ControlService,
  FleetCaller,
  FleetConnection,
  type HostEntry,
  type Role,
} from "../../lib/fleet/mod.ts";
import { isPassingChange, patiently } from "../../lib/fleet/patience.ts";
import { type Logger, silentLogger } from "../../lib/log.ts";
import { controlledBy } from "./controlled.ts";
import type { NatsServer } from "./nats.ts";
import { PASSWORD } from "./permissions.ts";

export const FLEET = "f";

/** Connections of hosts and callers, which end with the test. */
export class ControlBench implements AsyncDisposable {
  readonly #server: NatsServer;
  readonly #ends: (() => Promise<void>)[] = [];

  constructor(server: NatsServer) {
    this.#server = server;
  }

  /** @param user One of {@linkcode exampleUsers}, if the server asks for one. */
  async connect(user?: string, role?: Role): Promise<FleetConnection> {
    const connection = await FleetConnection.open(
      {
        servers: [this.#server.url],
        name: FLEET,
        user: user === undefined ? undefined : { name: user, password: PASSWORD },
      },
      "test",
      role,
    );
    this.#ends.push(() => connection.close());
    return connection;
  }

  /** A host that performs some operations. */
  async host(
    host: string,
    operations: Partial<Controlled>,
    { user, log = silentLogger, entry }: {
      readonly user?: string;
      readonly log?: Logger;
      /** What it says of itself in the bucket of hosts; it says nothing when absent. */
      readonly entry?: Partial<HostEntry>;
    } = {},
  ): Promise<ControlService> {
    const connection = await this.connect(user);
    if (entry !== undefined) await enter(connection, host, entry);
    const control = controlledBy(operations);
    const service = new ControlService(connection, { host, control, log });
    await connection.nats.flush();
    this.#ends.push(() => service.close());
    return service;
  }

  async caller(user?: string, role: Role = "callers"): Promise<FleetCaller> {
    const caller = new FleetCaller(await this.connect(user, role));
    this.#ends.push(() => Promise.resolve(caller.close()));
    return caller;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.toReversed()) await end();
  }
}

/** Says that a host is there. */
export async function enter(
  { buckets, names }: FleetConnection,
  host: string,
  entry: Partial<HostEntry>,
): Promise<void> {
  const since = new Date().toISOString();
  const whole = { since, addresses: ["[::1]:6680"], isControlled: true, ...entry };
  // A bucket that another host is just making takes nothing yet.
  await patiently(async () => {
    const bucket = await buckets.create(names.buckets.hosts);
    await bucket.put(host, JSON.stringify(whole));
  }, isPassingChange);
}
