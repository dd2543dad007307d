/**
 * Finds the listener that `ctl` speaks to, and prints what it answers.
 *
 * @module
 */

import { ControlClient } from "../control/socket/client.ts";
import { chooseListener, findListeners } from "../control/socket/find.ts";
import { escapeControls } from "../log.ts";
import type { Reach } from "./ctl_reach.ts";
import { UsageError } from "./errors.ts";
import { withFleet } from "./fleet_connect.ts";
import { type FleetFlags, requireConsistentFleet } from "./fleet_options.ts";
import type { CliIo } from "./io.ts";

interface CtlFlags extends FleetFlags {
  readonly to?: string;
  readonly control?: string;
  readonly json?: boolean;
}

/** The listener that the options choose, on this machine or in a fleet. */
export function listenerReach(io: CliIo): Reach {
  return {
    clientArgument: "its number, or the first digits of its key's fingerprint",
    async run(command, action) {
      const flags = command.optsWithGlobals<CtlFlags>();
      requireConsistentFleet(flags);
      const { to, control, json = false, fleet } = flags;
      if (fleet !== undefined) {
        if (control !== undefined) throw new UsageError("--fleet and --control exclude each other");
        return await withFleet(command, io, async ({ caller, chooseHost }) => {
          await action({ client: caller.at((await chooseHost(to)).id), json });
        });
      }
      if (to !== undefined && control !== undefined) {
        throw new UsageError("--to and --control exclude each other: each names a listener");
      }
      const path = control ?? chooseListener(await findListeners(io.env, Deno.uid() ?? 0), to).path;
      using client = new ControlClient(path);
      await action({ client, json });
    },
  };
}

export function printJson(io: CliIo, value: unknown): void {
  const lines = JSON.stringify(value, null, 2).split("\n");
  io.out(lines.map((line) => `${escapeControls(line)}\n`).join(""));
}

/** How long ago something was, as people say it: `5 s`, `3 min`, `2 h`, `4 d`; `?` for what is no date. */
export function ago(iso: string, nowMs: number = Date.now()): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(iso)) / 1000));
  if (Number.isNaN(seconds)) return "?";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
