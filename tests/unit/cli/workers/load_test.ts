import assert from "node:assert/strict";
import { needsWorker, RestartDelay } from "../../../../lib/cli/workers/load.ts";
import {
  WORKER_BUSY_SHARE,
  WORKER_RESTART_MAX_MS,
  WORKER_RESTART_MIN_MS,
  WORKER_STEADY_MS,
} from "../../../../lib/limits.ts";

Deno.test({
  name: "a worker is added when there are several clients and all workers are busy",
  permissions: "none",
  fn: () => {
    assert(needsWorker({ workers: 1, clients: 2, used: WORKER_BUSY_SHARE }));
    assert(!needsWorker({ workers: 1, clients: 1, used: 1 }));
    assert(!needsWorker({ workers: 1, clients: 2, used: 0.99 * WORKER_BUSY_SHARE }));
    assert(!needsWorker({ workers: 2, clients: 9, used: 1 }));
    assert(needsWorker({ workers: 2, clients: 9, used: 2 * WORKER_BUSY_SHARE }));
  },
});

Deno.test({
  name: "workers that end early are replaced later each time, up to a limit",
  permissions: "none",
  fn: () => {
    const delay = new RestartDelay();
    const delays = Array.from({ length: 12 }, () => delay.after(10));
    assert.deepEqual(delays.slice(0, 3), [1, 2, 4].map((times) => times * WORKER_RESTART_MIN_MS));
    assert.equal(delays.at(-1), WORKER_RESTART_MAX_MS);
    assert.equal(delay.after(WORKER_STEADY_MS - 1), WORKER_RESTART_MAX_MS);
    assert.equal(delay.after(WORKER_STEADY_MS), WORKER_RESTART_MIN_MS);
  },
});
