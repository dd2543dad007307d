/**
 * Signals to the process.
 *
 * SIGINT, SIGTERM and SIGHUP ask for an ordered stop. SIGPIPE never comes: Deno has it ignored, and a
 * reader that has gone is an error of the write. SIGQUIT and SIGUSR1 keep what the system does.
 *
 * @module
 */

const STOP: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
/** The mask of ignored signals; SIGHUP is the lowest bit. */
const IGNORED = /^SigIgn:\s*[0-9a-f]*([0-9a-f])$/m;

/** Whether SIGHUP was ignored when the process began; the first listener of Deno changes that. */
let ignoresHangup: boolean | undefined;

/**
 * Calls a listener at each signal that asks for a stop. SIGHUP is ignored in a process that was
 * started to outlive its terminal, as by `nohup`.
 *
 * @param listener Called at each.
 * @returns Ends that.
 */
export function onStop(listener: () => void): () => void {
  const ends = STOP.map((signal) =>
    onSignal(signal, () => {
      if (signal !== "SIGHUP" || !ignoresHangup) listener();
    })
  );
  return () => ends.forEach((end) => end());
}

/**
 * Calls a listener at each signal of one kind. What it throws is reported like a throw in a timer;
 * Deno would deliver no further signal of that kind.
 *
 * @param signal The signal; it must exist on this system.
 * @param listener Called at each.
 * @returns Ends that.
 */
export function onSignal(signal: Deno.Signal, listener: () => void): () => void {
  ignoresHangup ??= readIgnoresHangup();
  const guarded = () => {
    try {
      listener();
    } catch (error) {
      reportError(error);
    }
  };
  Deno.addSignalListener(signal, guarded);
  return () => Deno.removeSignalListener(signal, guarded);
}

/** Only Linux tells. */
function readIgnoresHangup(): boolean {
  try {
    const [, lowest = "0"] = IGNORED.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
    return (Number.parseInt(lowest, 16) & 1) !== 0;
  } catch {
    return false;
  }
}
