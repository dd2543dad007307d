/**
 * `ctl watch` and `ctl log`: records and log lines as they come.
 *
 * @module
 */

import { Command } from "commander";
import type { Status } from "../mod.ts";
import { type LogFields, type LogLevel, makeLogger } from "../log.ts";
import { printLines, untilGone } from "./ctl_lines.ts";
import type { Reach } from "./ctl_reach.ts";
import type { CliIo } from "./io.ts";

export function watchCommand(io: CliIo, reach: Reach): Command {
  return new Command("watch")
    .description("print what clients do, as it comes, until the listener ends")
    .argument("[client]", `only this client: ${reach.clientArgument}`)
    .action((word: string | undefined, _flags: unknown, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        const { describeRecord } = await import("../handlers/mod.ts");
        const signal = untilGone(io);
        const { id } = await client.call("listener", {});
        const lines = await client.call("watch", { client: word }, signal);
        await printLines(lines, signal, {
          json,
          io,
          describe({ time: _, source, ...record }) {
            const role = source === id ? "listener" : "client";
            return `${describeRecord(role, source as number, record as unknown as Status)}\n`;
          },
        });
      })
    );
}

export function logCommand(io: CliIo, reach: Reach): Command {
  return new Command("log")
    .description("print the last log lines, and those that come, until the listener ends")
    .action((_flags: unknown, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        const signal = untilGone(io);
        const lines = await client.call("log", {}, signal);
        await printLines(lines, signal, {
          json,
          io,
          describe({ time, level, event, ...fields }) {
            let text = "";
            const now = () => new Date(time as string);
            makeLogger((line) => text += line, { level: "debug", now })
              .log(level as LogLevel, event as string, fields as LogFields);
            return text;
          },
        });
      })
    );
}
