/** A fleet: three servers of NATS, listeners, and a balancer in front of them. */

import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { FleetError } from "../../lib/errors.ts";
import { FleetConnection, FleetKeystore } from "../../lib/fleet/mod.ts";
import { FleetLink } from "../../lib/fleet/link.ts";
import { isPassingChange } from "../../lib/fleet/patience.ts";
import { Keystore } from "../../keystore/mod.ts";
import { freshKey } from "../support/clients.ts";
import { Balancer, type Frontend } from "../support/haproxy.ts";
import { NatsCluster } from "../support/nats.ts";
import { Host, LISTENER } from "./host.ts";
import { Ledger } from "./ledger.ts";
import { pause } from "./source.ts";
import { Sources } from "./sources.ts";

const FLEET = "fleet";
const SECRET = "open sesame";
/** Between two looks at the balancer or the servers. */
const LOOK_MS = 50;
/** For how long a change is tried; after partitions, leaders of nats-server 2.9 took none for a minute. */
const CHANGE_MS = 120_000;

/** How much of everything there is. */
export interface FleetSize {
  readonly hosts: number;
  readonly sources: number;
  /** How often clients race for places. */
  readonly rounds: number;
  /** Clients of one race, and places. */
  readonly racers: number;
  readonly places: number;
  /** How often a key is revoked. */
  readonly revocations: number;
  /** For how long all servers are away. */
  readonly awayMs: number;
  readonly isShort: boolean;
}

export class Rig {
  readonly secret = SECRET;
  readonly size: FleetSize;
  readonly cluster: NatsCluster;
  readonly hosts: readonly Host[];
  readonly balancer: Balancer;
  /** The keystore of the fleet, as a host would have it. */
  readonly keystore: FleetKeystore;
  readonly connection: FleetConnection;
  /** Over the connection, for changes of buckets. */
  readonly link: FleetLink;
  readonly ledger: Ledger;
  readonly sources: Sources;
  #port = 0;

  private constructor(parts: Parts, stack: AsyncDisposableStack) {
    ({
      size: this.size,
      cluster: this.cluster,
      hosts: this.hosts,
      balancer: this.balancer,
      keystore: this.keystore,
      connection: this.connection,
    } = parts);
    this.link = new FleetLink(this.connection);
    this.ledger = stack.use(new Ledger(this.connection));
    this.sources = stack.use(new Sources(() => this.connect(), SECRET));
  }

  /** @param stack Gets what is to be ended; it may be disposed of at any time. */
  static async start(size: FleetSize, stack: AsyncDisposableStack): Promise<Rig> {
    const rig = new Rig(await makeParts(size, stack), stack);
    rig.#port = await rig.balancer.port();
    for (let i = 0; i < size.hosts; i++) await rig.#tell(i);
    return rig;
  }

  /** Connects through the balancer. */
  connect(): Promise<Deno.TcpConn> {
    return Deno.connect({ hostname: "127.0.0.1", port: this.#port });
  }

  /** Connects to one host, through a frontend of its own. */
  async connectTo(host: number): Promise<Deno.TcpConn> {
    return await this.balancer.connect(host + 1);
  }

  /** Changes something; tries again while the servers cannot do it. */
  async change<T>(work: (keystore: FleetKeystore) => Promise<T>): Promise<T> {
    const began = performance.now();
    for (;;) {
      try {
        return await work(this.keystore);
      } catch (error) {
        const isPatient = error instanceof FleetError || isPassingChange(error);
        if (!isPatient || performance.now() - began > CHANGE_MS) throw error;
        await pause(LOOK_MS);
      }
    }
  }

  /** Lets keys in. */
  async add(keys: readonly PrivateKey[]): Promise<void> {
    await Promise.all(
      keys.map(({ publicKey }) => this.change((keystore) => keystore.add([LISTENER], publicKey))),
    );
  }

  /** Removes a key and ends its sessions. */
  async remove(publicKey: Uint8Array): Promise<void> {
    const key = publicKey.toBase64();
    await this.change(async (keystore) => {
      // An attempt whose answer was lost may have removed it.
      if (keystore.find(publicKey).length === 0) return;
      await keystore.remove(key, { endSessions: true });
    });
  }

  /** Makes a key that is let in. */
  async newKey(): Promise<PrivateKey> {
    const key = freshKey();
    await this.add([key]);
    return key;
  }

  /** Starts a host that was killed, and tells the balancer where it listens. */
  async restart(host: number): Promise<void> {
    await this.hosts[host]!.restart();
    await this.#tell(host);
  }

  /** Settles when the balancer has seen that the host listens. */
  async #tell(host: number): Promise<void> {
    const { listen, ready } = this.hosts[host]!.ports;
    for (const server of [`part0/h${host}`, `part${host + 1}/h${host}`]) {
      await this.balancer.command(`set server ${server} addr 127.0.0.1 port ${listen}`);
      await this.balancer.command(`set server ${server} state ready`);
    }
    await this.balancer.command(`set server part0/h${host} check-port ${ready}`);
    const isUp = RegExp(` h${host} 127\\.0\\.0\\.1 2 `);
    while (!isUp.test(await this.balancer.command("show servers state part0"))) {
      await pause(LOOK_MS);
    }
  }
}

type Parts = Pick<Rig, "size" | "cluster" | "hosts" | "balancer" | "keystore" | "connection">;

async function makeParts(size: FleetSize, stack: AsyncDisposableStack): Promise<Parts> {
  const directory = await Deno.makeTempDir({ prefix: "fleet-" });
  stack.defer(() => Deno.remove(directory, { recursive: true }));
  const cluster = await kept(stack, NatsCluster.start({ isDivisible: true }));
  const servers = cluster.urls;
  const own = await Keystore.open(`${directory}/a12`);
  const keystore = await kept(stack, FleetKeystore.open({ servers, name: FLEET, own }));
  const secretFile = `${directory}/secret`;
  await Deno.writeTextFile(secretFile, `${size.places}:${SECRET}\n`, { mode: 0o600 });
  const hosts = await Promise.all(Array.from({ length: size.hosts }, async (_, i) => {
    const own = { directory: `${directory}/h${i}`, keystore: `${directory}/a12` };
    await Deno.mkdir(own.directory);
    const host = stack.use(new Host({ ...own, secretFile, servers, fleet: FLEET }));
    await host.restart();
    return host;
  }));
  const connection = await FleetConnection.open({ servers, name: FLEET }, "test");
  stack.defer(() => connection.close());
  const balancer = await kept(stack, Balancer.start(...frontends(size.hosts)));
  return { size, cluster, hosts, balancer, keystore, connection };
}

/** Hands something over to a stack, which may have been disposed of meanwhile. */
async function kept<T extends AsyncDisposable>(
  stack: AsyncDisposableStack,
  opening: Promise<T>,
): Promise<T> {
  const opened = await opening;
  if (!stack.disposed) return stack.use(opened);
  await opened[Symbol.asyncDispose]();
  throw new Error("the fleet was ended");
}

/** One for all hosts, then one for each. They are told later where hosts listen. */
function frontends(hosts: number): Frontend[] {
  const server = (i: number, more: string) =>
    `server h${i} 127.0.0.1:1 disabled send-proxy-v2 ${more}`;
  const all = Array.from(
    { length: hosts },
    (_, i) => server(i, "check port 1 inter 200 fall 2 rise 1"),
  );
  const balancing = [
    "balance leastconn",
    "option httpchk GET /ready",
    "option redispatch 1",
    "retries 3",
  ];
  return [
    { lines: [...balancing, ...all] },
    ...all.map((_, i) => ({ lines: [server(i, "")] })),
  ];
}
