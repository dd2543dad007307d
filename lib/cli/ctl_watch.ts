/**
 * `ctl watch`: records as they come.
 *
 * @module
 */

import { Command } from "commander";
import { ControlError } from "../mod.ts";
import { describeRecord } from "../handlers/mod.ts";
import { withListener } from "./ctl_connect.ts";
import { CLIENT_ARGUMENT } from "./ctl_list.ts";
import type { CliIo } from "./io.ts";

/** The sender of all lines. */
const SENDER = 1;

export function watchCommand(io: CliIo): Command {
  return new Command("watch")
    .description("print what clients do, as it comes, until the listener ends")
    .argument("[client]", `only this client: ${CLIENT_ARGUMENT}`)
    .action((word: string | undefined, _flags: unknown, command: Command) =>
      withListener(command, io, async ({ client, json }) => {
        const stop = new AbortController();
        if (io.streams !== undefined) io.streams.stdout.events = { gone: () => stop.abort() };
        const { id } = await client.call("listener", {});
        const lines = await client.call("watch", { client: word }, stop.signal);
        try {
          let rest = "";
          for await (const piece of lines) {
            const whole = (rest + piece).split("\n");
            rest = whole.pop()!;
            for (const line of whole) await print(line, id, json, io);
          }
        } catch (error) {
          if (!stop.signal.aborted) throw error;
        }
      })
    );
}

async function print(line: string, listener: number, json: boolean, io: CliIo): Promise<void> {
  const { time: _, source, ...record } = JSON.parse(line);
  if (json) await io.out(`${line}\n`, SENDER);
  if (record.kind === "watch_ended") {
    throw new ControlError(
      "busy",
      `the listener has left out ${record.lost} records, as they were read too slowly`,
    );
  }
  if (json) return;
  const role = source === listener ? "listener" : "client";
  await io.out(`${describeRecord(role, source, record)}\n`, SENDER);
}
