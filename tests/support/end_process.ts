/** Signals a process that may have ended by itself, which {@linkcode Deno.ChildProcess.kill} refuses. */
export function endProcess(process: Deno.ChildProcess, signal: Deno.Signal = "SIGTERM"): void {
  try {
    process.kill(signal);
  } catch {
    // It has ended.
  }
}
