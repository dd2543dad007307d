import assert from "node:assert/strict";
import { PipeProgram } from "../../../lib/cli/pipe.ts";
import { ProgramError, UsageError } from "../../../lib/cli/errors.ts";
import {
  PIPE_EXIT_TIMEOUT_MS,
  PIPE_RESTART_MAX_MS,
  PIPE_RESTART_MIN_MS,
  PIPE_STEADY_MS,
} from "../../../lib/limits.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { LogBook, type LogLine } from "../../support/log_book.ts";

/** The next line that a log gets. */
function nextLine(log: LogBook): Promise<LogLine> {
  const { promise, resolve } = Promise.withResolvers<LogLine>();
  log.onLine = resolve;
  return promise;
}

function onUnix(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os === "windows", fn });
}

onUnix("a program that ends again and again is started ever later, up to a minute", async () => {
  using timers = new FakeTimers();
  using clock = new FakeClock();
  const log = new LogBook();
  let line = nextLine(log);
  const program = new PipeProgram("exit 3", "always", log);
  const ends = async (delayMs: number) => {
    const { event, fields } = await line;
    assert.deepEqual([event, fields.code], ["pipe-ended", 3]);
    assert.equal(fields.detail, `it is started again in ${delayMs} ms`);
  };
  const passes = async (ms: number) => {
    line = nextLine(log);
    timers.pass(ms);
    assert.equal((await line).event, "pipe-restarted");
    line = nextLine(log);
  };
  let delayMs = PIPE_RESTART_MIN_MS;
  for (; delayMs < PIPE_RESTART_MAX_MS; delayMs *= 2) {
    await ends(delayMs);
    timers.pass(delayMs - 1);
    await passes(1);
  }
  await ends(PIPE_RESTART_MAX_MS);
  await passes(PIPE_RESTART_MAX_MS);
  clock.nowMs += PIPE_STEADY_MS;
  await ends(PIPE_RESTART_MIN_MS);

  await program.close();
  assert.equal(timers.size, 0, "it is not started once more");
});

onUnix("a program that ended before the listener did is a failure", async () => {
  const log = new LogBook();
  const line = nextLine(log);
  const program = new PipeProgram("exit 3", "off", log);
  program.start(() => assert.fail("the listener goes on"));
  const { level, event, fields } = await line;
  assert.deepEqual([level, event, fields.code], ["error", "pipe-ended", 3]);
  await assert.rejects(program.close(), (error) => {
    assert(error instanceof ProgramError);
    assert.match(
      error.message,
      /^the program of --pipe ended with code 3 before the listener did; /,
    );
    return true;
  });
});

for (const end of ["exit 0", "kill -TERM $$", "exit 143"]) {
  onUnix(`"${end}" is no failure when the listener is asked to end as well`, async () => {
    for (
      const [moreMs, isFailure] of [[-1, false], [1, true]] as const
    ) {
      using clock = new FakeClock();
      const log = new LogBook();
      const line = nextLine(log);
      const program = new PipeProgram(end, "off", log);
      await line;
      clock.nowMs += PIPE_EXIT_TIMEOUT_MS + moreMs;
      program.stop();
      if (isFailure) await assert.rejects(program.close(), ProgramError);
      else await program.close();
    }
  });
}

for (const [command, code] of [["/no/such/program", 127], ["/", 126], ["exit 127", 127]] as const) {
  onUnix(`the program "${command}" cannot be started, which ends the listener`, async () => {
    for (const restart of ["off", "always"] as const) {
      const log = new LogBook();
      const { promise: left, resolve: leave } = Promise.withResolvers<void>();
      const program = new PipeProgram(`${command} 2>&-`, restart, log);
      program.start(leave);
      await left;
      await assert.rejects(program.close(), (error) => {
        assert(error instanceof UsageError);
        assert.equal(
          error.message,
          `--pipe cannot start the program: the shell ended with code ${code}`,
        );
        return true;
      });
    }
  });
}

onUnix(
  "a program that has worked before it calls something that is missing could be started",
  async () => {
    const log = new LogBook();
    const line = nextLine(log);
    const program = new PipeProgram("echo; exit 127", "off", log);
    program.start(() => assert.fail("the listener goes on"));
    await line;
    await assert.rejects(program.close(), ProgramError);
  },
);
