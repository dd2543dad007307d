/**
 * Signals to the process.
 *
 * Deno ignores SIGPIPE: a reader that has gone is an error of the write. SIGQUIT and SIGUSR1 keep their
 * default action.
 *
 * @module
 */

const STOP = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** The mask of ignored signals in `/proc`; SIGHUP is its lowest bit. */
const IGNORED = /^SigIgn:\s*[0-9a-f]*([0-9a-f])$/m;

/** Whether SIGHUP was ignored when the process began; the first listener of Deno changes that. */
let ignoresHangup: boolean | undefined;

/** A signal that requests an orderly stop. */
export type StopSignal = (typeof STOP)[number];

/**
 * Listens to the signals that request a stop. SIGHUP is one of them where it tells that the terminal has
 * closed: not in a process that was started to outlive its terminal, as by `nohup`, and not in a service,
 * which has no terminal.
 *
 * @param reload Makes the process a service; called for a SIGHUP that is no stop.
 * @returns Ends that.
 */
export function onStop(stop: (signal: StopSignal) => void, reload?: () => void): () => void {
  const isService = reload !== undefined && !isOnTerminal();
  const ends = STOP.map((signal) =>
    onSignal(signal, () => {
      if (signal !== "SIGHUP" || !(isService || ignoresHangup)) stop(signal);
      else reload?.();
    })
  );
  return () => ends.forEach((end) => end());
}

function isOnTerminal(): boolean {
  return [Deno.stdin, Deno.stdout, Deno.stderr].some((stream) => stream.isTerminal());
}

/**
 * Listens to a signal. What the listener throws is reported like a throw in a timer, after which Deno
 * would otherwise deliver no more signals of that kind.
 *
 * @param signal It must exist on this system.
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

/** Can be read on Linux only. */
function readIgnoresHangup(): boolean {
  try {
    const [, lowest = "0"] = IGNORED.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
    return (Number.parseInt(lowest, 16) & 1) !== 0;
  } catch {
    return false;
  }
}
