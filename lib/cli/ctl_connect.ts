/**
 * Finds the listener that `ctl` speaks to, and prints what it answers.
 *
 * @module
 */

import type { Command } from "commander";
import { chooseListener, ControlClient, findListeners } from "../control/mod.ts";
import { escapeControls } from "../mod.ts";
import { UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";

interface CtlFlags {
  readonly to?: string;
  readonly control?: string;
  readonly json?: boolean;
}

/** What a command of `ctl` works with. */
export interface CtlSession {
  readonly client: ControlClient;
  /** Whether to print JSON. */
  readonly json: boolean;
}

/**
 * Runs an action with a way to the listener that the options choose.
 *
 * @throws {ControlError} `no-listener`, `several-listeners`, and what the action throws.
 */
export async function withListener(
  command: Command,
  io: CliIo,
  action: (session: CtlSession) => Promise<void>,
): Promise<void> {
  const { to, control, json = false } = command.optsWithGlobals<CtlFlags>();
  if (to !== undefined && control !== undefined) {
    throw new UsageError("--to and --control exclude each other: each names a listener");
  }
  const path = control ?? chooseListener(await findListeners(io.env, Deno.uid() ?? 0), to).path;
  using client = new ControlClient(path);
  await action({ client, json });
}

export function printJson(io: CliIo, value: unknown): void {
  const lines = JSON.stringify(value, null, 2).split("\n");
  io.out(lines.map((line) => `${escapeControls(line)}\n`).join(""));
}

/** How long ago something was, as people say it: `5 s`, `3 min`, `2 h`, `4 d`. */
export function ago(iso: string, nowMs: number = Date.now()): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(iso)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
