import assert from "node:assert/strict";
import { onSignal } from "../../../lib/cli/signals.ts";

Deno.test({
  name: "a listener for a signal that throws is reported, and is called at the next one",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const reported: unknown[] = [];
    const report = (event: ErrorEvent) => {
      event.preventDefault();
      reported.push(event.error.message);
    };
    let called = Promise.withResolvers<void>();
    let times = 0;
    // Signals alone keep no event loop going.
    const alive = setInterval(() => {}, 1_000);
    const end = onSignal("SIGWINCH", () => {
      called.resolve();
      throw new Error(`time ${++times}`);
    });
    globalThis.addEventListener("error", report);
    try {
      for (let i = 0; i < 3; i++) {
        called = Promise.withResolvers();
        Deno.kill(Deno.pid, "SIGWINCH");
        await called.promise;
      }
      assert.deepEqual(reported, ["time 1", "time 2", "time 3"]);
    } finally {
      globalThis.removeEventListener("error", report);
      end();
      clearInterval(alive);
    }
  },
});
