import assert from "node:assert/strict";
import { type FleetRecord, makeRecord } from "../../../lib/fleet/records/record.ts";
import { Sender } from "../../../lib/fleet/records/sender.ts";
import type { RecordSubject } from "../../../lib/fleet/records/stream.ts";
import { SeededRandom } from "../../support/random.ts";

const KINDS = ["registered", "ident", "resized"];

/** The records of one client. */
function chain(client: number, kinds: readonly string[]): FleetRecord[] {
  return kinds.map((kind, i) =>
    makeRecord({ host: "host-1", client, number: i + 1 }, kind, `{"kind":"${kind}"}`)
  );
}

/** A stream that knows no record again, and whose answers are lost as often as it is told. */
class LossyStream {
  readonly stored: FleetRecord[] = [];
  asked = 0;
  readonly #isLost: () => boolean;

  constructor(isLost: () => boolean) {
    this.#isLost = isLost;
  }

  store(record: FleetRecord): Promise<void> {
    if (this.#isLost()) return Promise.reject(new Error("it did not arrive"));
    this.stored.push(record);
    return this.#answer(undefined);
  }

  last({ client, kind }: RecordSubject): Promise<FleetRecord | undefined> {
    this.asked++;
    const isOne = (record: FleetRecord) => record.client === client && record.kind === kind;
    return this.#answer(this.stored.findLast(isOne));
  }

  numbersOf(client: number): number[] {
    return this.stored.filter((record) => record.client === client).map(({ number }) => number);
  }

  #answer<T>(value: T): Promise<T> {
    return this.#isLost() ? Promise.reject(new Error("no answer")) : Promise.resolve(value);
  }
}

async function sendPatiently(sender: Sender, records: readonly FleetRecord[]): Promise<void> {
  while (!await sender.sendAll(records).then(() => true, () => false)) sender.doubt();
}

Deno.test("records are stored once and in order, whichever answers are lost", async () => {
  const random = new SeededRandom(13);
  for (let round = 0; round < 300; round++) {
    const records = [1, 2, 3].flatMap((client) =>
      chain(client, Array.from({ length: random.below(12) }, () => KINDS[random.below(3)]!))
    );
    const stream = new LossyStream(() => random.below(4) === 0);
    // A process that is killed leaves its records to the next one, and may have stored some of them.
    const first = new Sender(stream, true);
    for (let tries = random.below(3); tries > 0; tries--) {
      await first.sendAll(records).catch(() => {});
      first.doubt();
    }
    const next = new Sender(stream, false);
    await sendPatiently(next, records);
    // The journal repeats records of the spool.
    await sendPatiently(next, records.filter(({ number }) => number > 2));
    for (const client of [1, 2, 3]) {
      const due = records.filter((record) => record.client === client).map(({ number }) => number);
      assert.deepEqual(stream.numbersOf(client), due, `client ${client} of round ${round}`);
    }
  }
});

Deno.test("the stream is asked about a client once after a failure, and about none before", async () => {
  let isLost = false;
  const stream = new LossyStream(() => isLost);
  const sender = new Sender(stream, true);
  const records = [1, 2].flatMap((client) => chain(client, Array(50).fill("ident")));
  await sender.sendAll(records);
  assert.equal(stream.asked, 0);
  const further = [1, 2].flatMap((client) => chain(client, Array(100).fill("ident")).slice(50));
  isLost = true;
  await assert.rejects(sender.sendAll(further));
  sender.doubt();
  isLost = false;
  await sender.sendAll(further);
  assert.equal(stream.asked, 2);
  // What this process knows to be stored is asked about no more, also after another failure.
  sender.doubt();
  await sender.sendAll(further);
  assert.equal(stream.asked, 2);
  assert.deepEqual(stream.numbersOf(1), Array.from({ length: 100 }, (_, i) => i + 1));
});
