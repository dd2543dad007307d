/**
 * `ctl send`, `ctl files` and `ctl fetch`: files to and from clients.
 *
 * @module
 */

import { basename } from "node:path";
import { Command } from "commander";
import type { Result } from "../control/mod.ts";
import { escapeControls } from "../log.ts";
import { ago, printJson } from "./ctl_connect.ts";
import type { Reach } from "./ctl_reach.ts";
import { fileError, UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";
import { formatTable } from "./keystore_text.ts";
import { Progress } from "./progress.ts";
import { parsePositiveWhole } from "./values.ts";

/** Stands for standard output. */
const STDOUT = "-";

export function sendCommand(io: CliIo, reach: Reach): Command {
  return new Command("send")
    .description("give a client a file, and wait until it has it")
    .argument("<client>", reach.clientArgument)
    .argument("<file>", "the file")
    .option("--name <name>", "what to call it (default: its own name)")
    .action((word: string, path: string, { name }: { name?: string }, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        using file = await Deno.open(path).catch((error) => {
          throw fileError("read", path, error);
        });
        const { size, isFile } = await file.stat();
        if (!isFile) throw new UsageError(`${path} is not a file`);
        if (size === 0) throw new UsageError(`${path} is empty, and clients take no empty files`);
        const progress = new Progress(io, json, size);
        const sent = await client.call("send", {
          client: word,
          name: name ?? basename(path),
          size,
          content: { stream: file.readable.pipeThrough(progress.counted()), sizeBytes: size },
        });
        progress.end();
        if (json) return printJson(io, sent);
        const confirmed = sent.confirmed ? "has it" : "has not said that it has it";
        io.err(`${sent.bytes} bytes were sent; client ${sent.client} ${confirmed}\n`);
      })
    );
}

export function filesCommand(io: CliIo, reach: Reach): Command {
  return new Command("files")
    .description("list the files to and from a client")
    .argument("<client>", reach.clientArgument)
    .action((word: string, _flags: unknown, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        const files = await client.call("files", { client: word });
        if (json) printJson(io, files);
        else if (files.length === 0) io.err("there are no files\n");
        else io.out(formatTable([FILES_HEAD, ...files.map(fileRow)]));
      })
    );
}

export function fetchCommand(io: CliIo, reach: Reach): Command {
  return new Command("fetch")
    .description("keep a file that a client has offered")
    .argument("<client>", reach.clientArgument)
    .argument("<file>", 'its number, as in "files"', parsePositiveWhole)
    .option(
      "--output <file>",
      `where to; "${STDOUT}" for standard output (default: its name, in this directory)`,
    )
    .action((
      word: string,
      number: number,
      { output }: { output?: string },
      command: Command,
    ) =>
      reach.run(command, async ({ client, json }) => {
        const { stream, sizeBytes, name } = await client.call("fetch", {
          client: word,
          file: number,
        });
        const progress = new Progress(io, json, sizeBytes);
        const counted = stream.pipeThrough(progress.counted());
        if (output === STDOUT) {
          await counted.pipeTo(Deno.stdout.writable, { preventClose: true });
          return progress.end();
        }
        const path = output ?? name!;
        await keep(path, counted);
        progress.end();
        if (json) printJson(io, { path, bytes: progress.bytes });
        else io.err(`${progress.bytes} bytes were written to ${path}\n`);
      })
    );
}

/** A file that is there is never replaced; one that is not complete does not stay. */
async function keep(path: string, content: ReadableStream<Uint8Array>): Promise<void> {
  const file = await open(path, content);
  try {
    await content.pipeTo(file.writable);
  } catch (error) {
    await Deno.remove(path).catch(() => {});
    throw error;
  }
}

async function open(path: string, content: ReadableStream<Uint8Array>): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  } catch (error) {
    await content.cancel();
    if (!(error instanceof Deno.errors.AlreadyExists)) throw fileError("write", path, error);
    throw new UsageError(`${path} is there already: give another --output FILE`);
  }
}

const FILES_HEAD = ["FILE", "", "NAME", "MOVED", "OF", "STATE", "FOR"] as const;

function fileRow(file: Result<"files">[number]): string[] {
  const { id, direction, name, moved_bytes, size, state, since } = file;
  return [
    String(id),
    direction,
    escapeControls(name),
    String(moved_bytes),
    size === undefined ? "?" : String(size),
    state,
    ago(since),
  ];
}
