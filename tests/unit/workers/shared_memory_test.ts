import assert from "node:assert/strict";
import { FairShare } from "../../../lib/bytes/fair_share.ts";
import {
  giveBack,
  makeSharedBuffers,
  makeTable,
  nextSharedId,
  OwnerSlots,
  SharedDecoders,
  SharedMemory,
} from "../../../lib/workers/shared_memory.ts";
import { SeededRandom } from "../../support/random.ts";

const LIMIT = 1_000;
const OWNERS = ["a", "b", "c"] as const;

function makeWorkers(count: number) {
  const buffers = makeSharedBuffers();
  const workers = Array.from({ length: count }, () => {
    const held = makeTable();
    const memory = new SharedMemory(buffers, held, LIMIT);
    OWNERS.forEach((owner, i) => memory.enter(owner, i + 1));
    return { held, memory };
  });
  return { buffers, workers };
}

Deno.test({
  name: "workers share memory as the clients of one worker do, whoever of them takes it",
  permissions: "none",
  fn: () => {
    const random = new SeededRandom(7);
    const { workers } = makeWorkers(3);
    const single = new FairShare(LIMIT);
    const taken: { owner: string; amount: number; memory: SharedMemory }[] = [];
    for (let i = 0; i < 5_000; i++) {
      const at = random.below(2 * taken.length + 1);
      const given = taken[at];
      if (given !== undefined) {
        taken.splice(at, 1);
        given.memory.give(given.owner, given.amount);
        single.give(given.owner, given.amount);
      } else {
        const owner = OWNERS[random.below(OWNERS.length)]!;
        const amount = random.below(LIMIT / 4);
        const { memory } = workers[random.below(workers.length)]!;
        const isTaken = memory.take(owner, amount);
        assert.equal(isTaken, single.take(owner, amount));
        if (isTaken) taken.push({ owner, amount, memory });
      }
      for (const { memory } of workers) assert.equal(memory.used, single.used);
    }
  },
});

Deno.test({
  name: "what a worker held is free once it has ended",
  permissions: "none",
  fn: () => {
    const { buffers, workers: [lost, other] } = makeWorkers(2);
    assert(lost!.memory.take("a", 300) && other!.memory.take("a", 100));
    assert(!other!.memory.take("a", 200));
    giveBack(buffers, lost!.held);
    assert.equal(other!.memory.used, 100);
    assert(other!.memory.take("a", 200));
  },
});

Deno.test({
  name:
    "the memory of a client that has left can be given back, and a key without clients takes none",
  permissions: "none",
  fn: () => {
    const { workers: [one] } = makeWorkers(1);
    const { memory } = one!;
    assert(memory.take("a", 10));
    memory.leave("a");
    memory.give("a", 10);
    assert.equal(memory.used, 0);
    assert(!memory.take("a", 1));
    assert(!memory.take("stranger", 1));
  },
});

Deno.test({
  name: "a key has one slot while it has clients, and slots are used again",
  permissions: "none",
  fn: () => {
    const slots = new OwnerSlots();
    assert.deepEqual(["a", "b", "a"].map((owner) => slots.enter(owner)), [1, 2, 1]);
    slots.leave("a");
    assert.equal(slots.enter("c"), 3);
    slots.leave("a");
    assert.equal(slots.enter("d"), 1);
    slots.leave("stranger");
  },
});

Deno.test({
  name: "the numbers of sources are unique over threads",
  permissions: "none",
  fn: () => {
    const buffers = makeSharedBuffers();
    assert.deepEqual([1, 2, 3].map(() => nextSharedId(buffers)), [1, 2, 3]);
  },
});

Deno.test({
  name: "decoders are counted over all workers, and those of one that has ended no more",
  permissions: "none",
  fn: () => {
    const buffers = makeSharedBuffers();
    const [lost, other] = [makeTable(), makeTable()];
    const [one, two] = [lost, other].map((held) => new SharedDecoders(buffers, held));
    assert.deepEqual([one!.add(1), two!.add(1), one!.add(1), one!.add(-1)], [1, 2, 3, 2]);
    giveBack(buffers, lost);
    assert.equal(two!.add(1), 2);
  },
});
