/**
 * `ctl record`, `ctl recordings` and `ctl recording`: what clients have shown.
 *
 * @module
 */

import { Argument, Command } from "commander";
import type { Result } from "../control/mod.ts";
import { escapeControls } from "../log.ts";
import { ago, printJson } from "./ctl_connect.ts";
import type { Reach } from "./ctl_reach.ts";
import { UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";
import { formatTable } from "./keystore_text.ts";
import { parsePositiveWhole } from "./values.ts";

export function recordCommand(io: CliIo, reach: Reach): Command {
  return new Command("record")
    .description("begin or end the recording of a client")
    .argument("<client>", reach.clientArgument)
    .addArgument(new Argument("<on>", "whether to record it").choices(["on", "off"]))
    .action((word: string, on: "on" | "off", _flags: unknown, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        const recorded = await client.call("record", { client: word, on: on === "on" });
        if (json) printJson(io, recorded);
        else if (recorded.recording !== undefined) io.out(`${recorded.recording}\n`);
        else io.err(`client ${recorded.client} is not recorded any more\n`);
      })
    );
}

export function recordingsCommand(io: CliIo, reach: Reach): Command {
  return new Command("recordings")
    .description("list the recordings, the latest first")
    .action((_flags: unknown, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        const recordings = await client.call("recordings", {});
        if (json) printJson(io, recordings);
        else if (recordings.length === 0) io.err("there are no recordings\n");
        else io.out(formatTable([HEAD, ...recordings.map(row)]));
      })
    );
}

interface PartFlags {
  readonly text?: number;
  readonly pixels?: number;
  readonly picture?: number;
  readonly output?: string;
}

export function recordingCommand(_io: CliIo, reach: Reach): Command {
  return new Command("recording")
    .description("print the records of a recording, or what a segment has shown")
    .argument("<name>", "its name, as in ctl recordings")
    .option("--text <segment>", "its text, as an asciicast", parsePositiveWhole)
    .option("--pixels <segment>", "the times of its pictures, as JSON lines", parsePositiveWhole)
    .option("--picture <number>", "one of these, as a PNG file", parsePositiveWhole)
    .option("--output <file>", "write it to this file, which is replaced")
    .action((name: string, { output, ...part }: PartFlags, command: Command) =>
      reach.run(command, async ({ client }) => {
        const { stream, type } = await client.call("recording", { name, ...part });
        if (output !== undefined) return await Deno.writeFile(output, stream, { mode: 0o600 });
        if (type === "image/png" && Deno.stdout.isTerminal()) {
          await stream.cancel();
          throw new UsageError("this is a picture: give --output FILE.png");
        }
        await stream.pipeTo(Deno.stdout.writable, { preventClose: true });
      })
    )
    .addHelpText(
      "after",
      `
Examples:
  ctl recording 20261123T193714Z-2-3f2a-91bc-07de-55aa-c1d2 --text 2 | asciinema play -
  ctl recording 20261123T193714Z-2-3f2a-91bc-07de-55aa-c1d2 --pixels 2 --picture 1 --output 1.png`,
    );
}

const HEAD = ["NAME", "KIND", "TITLE", "PARTS", "BYTES", "BEGUN", ""] as const;

function row(recording: Result<"recordings">[number]): string[] {
  const { name, segkind, title, parts, bytes, since, is_running } = recording;
  return [
    name,
    escapeControls(segkind),
    escapeControls(title),
    parts.map(({ segment, content }) => `${segment} ${content}`).join(", "),
    String(bytes),
    `${ago(since)} ago`,
    is_running ? "runs" : "",
  ];
}
