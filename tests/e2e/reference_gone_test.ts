/** A client of the reference whose machine is gone: nothing comes from it, not even an end. */

import assert from "node:assert/strict";
import { FIRST_PROBE_MS, MAX_SILENCE_MS } from "../../lib/limits.ts";
import type { ListenHandler, Source } from "../../lib/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { LogBook } from "../support/log_book.ts";
import { ARCAN_NET, FrameWatch, Reference, TERMINAL } from "../support/reference.ts";

const TWO_MINUTES_MS = 120_000;

Deno.test({
  name:
    "reference terminal: it answers probes while it is idle, and is ended within two minutes when it is gone",
  ignore: ARCAN_NET === undefined || TERMINAL === undefined,
  fn: async () => {
    const watch = new FrameWatch();
    const ended = Promise.withResolvers<string>();
    const handler: ListenHandler = (listener, status) => {
      if (status.kind !== "segment_request") return;
      listener.acceptTarget((client: Source, status) => {
        if (status.kind === "preroll") client.targetVerbose();
        if (status.kind === "frame") watch.changed(client);
        if (status.kind === "terminated") ended.resolve(status.last_words);
      });
    };
    const log = new LogBook();
    const env = { ARCAN_TERMINAL_EXEC: "echo ready; exec sleep 60", LC_ALL: "C.UTF-8" };
    await using reference = await Reference.start({ command: [TERMINAL!], env }, handler, { log });
    await watch.untilText(/ready/);
    using clock = new FakeClock();
    const silentSeconds = () =>
      reference.listener.limits.find(({ name }) => name === "max-silence")!.used;
    /** Lets some time pass, and waits until the client was looked at and has answered. */
    const stays = async (ms: number) => {
      clock.nowMs += ms;
      assert.ok(silentSeconds() > 0);
      while (silentSeconds() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await stays(FIRST_PROBE_MS);
    await stays(MAX_SILENCE_MS / 2);
    reference.signal("SIGSTOP");
    const goneMs = clock.nowMs;
    clock.nowMs += MAX_SILENCE_MS;
    assert.equal(await ended.promise, "client-gone");
    assert.ok(clock.nowMs - goneMs < TWO_MINUTES_MS);
    assert.equal(log.of("client-left")[0]!.fields["reason"], "client-gone");
    reference.signal("SIGCONT");
  },
});
