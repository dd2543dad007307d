import assert from "node:assert/strict";
import { Reloader } from "../../../lib/cli/reload.ts";
import { LogBook } from "../../support/log_book.ts";

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, permissions: "none", fn });

test("a part that is bad is logged, and the others are reloaded", async () => {
  const log = new LogBook();
  const done = Promise.withResolvers<void>();
  const reloaded: string[] = [];
  const reloader = new Reloader(
    [
      { part: "bad", reload: () => Promise.reject(new Error("no such file")) },
      { part: "good", reload: () => void reloaded.push("good") },
      { part: "slow", reload: async () => void reloaded.push(await Promise.resolve("slow")) },
    ],
    log,
    async (reload) => {
      await reload();
      done.resolve();
    },
  );
  reloader.request();
  await done.promise;
  assert.deepEqual(reloaded, ["good", "slow"]);
  assert.deepEqual(log.lines.map(({ event, fields }) => [event, fields]), [
    ["reload-failed", { part: "bad", detail: "no such file" }],
    ["reloaded", { parts: "good,slow" }],
  ]);
});

test("a thousand requests during a reload are one more reload", async () => {
  let times = 0;
  const { promise: go, resolve } = Promise.withResolvers<void>();
  const twice = Promise.withResolvers<void>();
  const reloader = new Reloader(
    [{ part: "slow", reload: () => go }],
    new LogBook(),
    async (reload) => {
      await reload();
      if (++times === 2) twice.resolve();
    },
  );
  for (let i = 0; i < 1_000; i++) reloader.request();
  resolve();
  await twice.promise;
  await Promise.resolve();
  assert.equal(times, 2);
});
