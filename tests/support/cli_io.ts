import type { CliIo } from "../../lib/cli/io.ts";

/** Keeps what a command writes; its environment is empty. */
export function keptIo(): CliIo & { stdout: string; stderr: string } {
  const io: CliIo & { stdout: string; stderr: string } = {
    stdout: "",
    stderr: "",
    out: (text) => void (io.stdout += text),
    err: (text) => void (io.stderr += text),
    env: { get: () => undefined, delete() {} },
  };
  return io;
}

/** How `fleet` says that a host was too slow, which the machine of a test may be. */
export const TOO_SLOW = /no answer within/;
