/** Strangers that send a byte now and then and never finish a login, beside clients that log in. */

import assert from "node:assert/strict";
import { LOGIN_TIMEOUT_MS, MAX_UNAUTHENTICATED } from "../../lib/limits.ts";
import { RawClient } from "../support/clients.ts";
import { connectFrom } from "../support/connect_from.ts";
import { describeTimes, inParallel, type Size } from "../support/proof_row.ts";
import { addressOf, logIn, OTHER_ADDRESS, startListen, timeOf, untilTime } from "./loaded.ts";

const LOGINS = 20;
/** The packets of a login have about 100 bytes: none is whole by its deadline. */
const BYTE_EVERY_MS = 500;
/** How much later than at its deadline a connection may be cut on a busy machine. */
const LATE_MS = 1_500;
const MOST_MIB = 64;

/**
 * Strangers, the time between good logins, the most that one may take, and whether the strangers are
 * watched to their end; in the tests others run beside it.
 */
const SIZES = {
  long: { count: 1_000, gapMs: 400, mostMs: 250, isWatched: true },
  short: { count: 60, gapMs: 0, mostMs: 2_000, isWatched: false },
} as const;

/** One stranger; every other one first sends a whole packet, as anyone can that knows the secret. */
class Trickler {
  /** How long the connection was there, once it has ended. */
  livedMs: number | undefined;
  readonly ended: Promise<void>;
  readonly #client: RawClient;
  readonly #bytes: Iterator<number>;

  private constructor(client: RawClient, bytes: Uint8Array, beganMs: number) {
    this.#client = client;
    this.#bytes = bytes.values();
    this.ended = client.untilClosed().then(() => {
      this.livedMs = performance.now() - beganMs;
      client.close();
    });
  }

  static async begin(n: number, port: number): Promise<Trickler> {
    const beganMs = performance.now();
    const client = new RawClient(await connectFrom(addressOf(n), port), {});
    if (n % 2 === 1) {
      await client.send(client.peer.ephemeralHello().take());
      // It may have had to make room for others already.
      await client.answers().catch(() => {});
    }
    return new Trickler(client, client.peer.hello().take(), beganMs);
  }

  sendByte(): void {
    const { value } = this.#bytes.next();
    if (this.livedMs === undefined && value !== undefined) {
      void this.#client.send(Uint8Array.of(value));
    }
  }

  async leave(): Promise<void> {
    this.#client.close();
    await this.ended;
  }
}

export async function trickle(size: Size): Promise<string> {
  const { count, gapMs, mostMs, isWatched } = SIZES[size];
  const sink = await startListen();
  (await logIn(sink.port, OTHER_ADDRESS)).close();
  const before = sink.usage();
  const strangers: Trickler[] = [];
  const timer = setInterval(() => strangers.forEach((each) => each.sendByte()), BYTE_EVERY_MS);
  await inParallel(count, 20, async (n) => strangers.push(await Trickler.begin(n, sink.port)));
  const began = performance.now();
  const times: number[] = [];
  for (let n = 0; n < LOGINS; n++) {
    await untilTime(began + n * gapMs);
    times.push(await timeOf(async () => (await logIn(sink.port, OTHER_ADDRESS)).close()));
  }
  const during = sink.usage();
  const stayed = strangers.filter(({ livedMs }) => livedMs === undefined).length;
  await Promise.all(strangers.map((each) => isWatched ? each.ended : each.leave()));
  clearInterval(timer);
  await sink.stop();
  const lives = strangers.map(({ livedMs }) => livedMs!);
  assert.ok(Math.max(...times) < mostMs, describeTimes(times));
  assert.ok(stayed >= Math.min(count, MAX_UNAUTHENTICATED), `${stayed} strangers stayed`);
  assert.ok(stayed <= 2 * MAX_UNAUTHENTICATED, `${stayed} strangers stayed`);
  assert.ok(Math.max(...lives) < LOGIN_TIMEOUT_MS + LATE_MS, describeTimes(lives));
  const mib = during.rssMib - before.rssMib;
  assert.ok(mib < MOST_MIB, `${mib.toFixed(0)} MiB more`);
  return `${count} send a byte every ${BYTE_EVERY_MS} ms, ${stayed} of them to their deadline, none ` +
    `longer than ${(Math.max(...lives) / 1_000).toFixed(1)} s, ${mib.toFixed(0)} MiB for all; ` +
    `${LOGINS} of ${LOGINS} good logins: ${describeTimes(times)}`;
}
