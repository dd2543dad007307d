/**
 * How commands such as `list` and `type` reach what they are about: one listener, or all of a fleet.
 *
 * @module
 */

import type { Command } from "commander";
import type { ControlWay } from "../control/mod.ts";
import { escapeControls } from "../log.ts";
import type { CliIo } from "./io.ts";

/** What a command works with. */
export interface CtlSession {
  readonly client: ControlWay;
  /** Whether to print JSON. */
  readonly json: boolean;
}

export interface Reach {
  /** What the argument of a client can be. */
  readonly clientArgument: string;
  /**
   * Runs an action with a way to what the options name.
   *
   * @param command The command that runs; its options or those of a command above it count.
   * @throws {ControlError} `no-listener`, `several-listeners`, and what the action throws.
   * @throws {FleetError} `fleet-unreachable`, `fleet-refused`, `no-such-host`, `ambiguous-host`.
   */
  run(command: Command, action: (session: CtlSession) => Promise<void>): Promise<void>;
}

/** Adds commands, whose help shows the options of the command above as well. */
export function addCommands(above: Command, commands: readonly Command[]): Command {
  for (const command of commands) {
    above.addCommand(command.configureHelp({
      showGlobalOptions: true,
      visibleGlobalOptions: () => [...above.options],
    }));
  }
  return above;
}

/** The listener may be that of another user, such as a service, which must not control this terminal. */
export function withoutControls(io: CliIo): CliIo {
  const escape = (text: string) => text.split("\n").map(escapeControls).join("\n");
  return {
    ...io,
    out: (text, sender) => io.out(escape(text), sender),
    // A line of progress has nothing of the listener.
    err: (text) => io.err(text.startsWith("\r") ? text : escape(text)),
  };
}
