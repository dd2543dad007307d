/**
 * `ctl snapshot`, `ctl type`, `ctl call` and `ctl end`: what is done to one client.
 *
 * @module
 */

import { Command } from "commander";
import { MAX_CONTROL_TEXT_UNITS } from "../limits.ts";
import type { Snapshot } from "../mod.ts";
import { printJson } from "./ctl_connect.ts";
import type { Reach } from "./ctl_reach.ts";
import { fileError, UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";
import { parsePositiveWhole } from "./values.ts";

/** Stands for standard input. */
const STDIN = "-";

export function snapshotCommand(io: CliIo, reach: Reach): Command {
  return new Command("snapshot")
    .description("print what a client shows: its text, or its picture as a PNG file")
    .argument("<client>", reach.clientArgument)
    .option("--output <file>", "write it to this file, which is replaced")
    .option("--segment <number>", "a segment other than its first", parsePositiveWhole)
    .action((
      word: string,
      { output, segment }: { output?: string; segment?: number },
      command: Command,
    ) =>
      reach.run(command, async ({ client, json }) => {
        const taken = await client.call("snapshot", { client: word, segment });
        if (json) printJson(io, toJson(taken));
        else await write(taken, output, io);
      })
    );
}

export function typeCommand(io: CliIo, reach: Reach): Command {
  return new Command("type")
    .description("type text into a client, and wait until it takes it")
    .argument("<client>", reach.clientArgument)
    .argument("[text...]", `words, typed with blanks between; "${STDIN}" for standard input`)
    .option("--enter", "press Enter after the text, or only Enter without one")
    .action((
      word: string,
      words: readonly string[],
      { enter = false }: { enter?: boolean },
      command: Command,
    ) =>
      reach.run(command, async ({ client, json }) => {
        if (words.length === 0 && !enter) throw new UsageError("give a text to type, or --enter");
        const text = words.length === 1 && words[0] === STDIN ? await readStdin() : words.join(" ");
        const typed = await client.call("type", { client: word, text: text + (enter ? "\n" : "") });
        if (json) printJson(io, typed);
      })
    );
}

export function callCommand(io: CliIo, reach: Reach): Command {
  return new Command("call")
    .description("call a verb of a client, as a handler does: press a key, click, ask for a size")
    .argument("<client>", reach.clientArgument)
    .argument("<verb>", "an input or a hint, such as clickMouse; lib/handlers/README.md has all")
    .argument("[args...]", "what it gets, each as JSON or as text")
    .option("--segment <number>", "a segment other than its first", parsePositiveWhole)
    .action((
      word: string,
      verb: string,
      args: readonly string[],
      { segment }: { segment?: number },
      command: Command,
    ) =>
      reach.run(command, async ({ client, json }) => {
        const call = { client: word, verb, args: args.map(parseWord), segment };
        const { result, ...called } = await client.call("call", call);
        if (json) printJson(io, { ...called, result });
        else if (typeof result === "string") io.out(`${result}\n`);
        else if (typeof result === "object") printJson(io, result);
      })
    );
}

/** JSON, or what is none as text. */
function parseWord(word: string): unknown {
  try {
    return JSON.parse(word);
  } catch {
    return word;
  }
}

export function endCommand(io: CliIo, reach: Reach): Command {
  return new Command("end")
    .description("ask a client to exit; it is cut off after two seconds")
    .argument("<client>", reach.clientArgument)
    .argument("[last-words]", "why, for the client")
    .action((
      word: string,
      lastWords: string | undefined,
      _flags: unknown,
      command: Command,
    ) =>
      reach.run(command, async ({ client, json }) => {
        const ended = await client.call("end", { client: word, last_words: lastWords });
        if (json) printJson(io, ended);
        else io.err(`client ${ended.client} was asked to exit\n`);
      })
    );
}

function toJson(taken: Snapshot) {
  return taken.kind === "text" ? taken : { kind: "png", base64: taken.bytes.toBase64() };
}

async function write(taken: Snapshot, output: string | undefined, io: CliIo): Promise<void> {
  const text = taken.kind === "text" ? withoutEmptyRows(taken.text) : undefined;
  const bytes = taken.kind === "text" ? new TextEncoder().encode(text) : taken.bytes;
  if (output !== undefined) {
    await Deno.writeFile(output, bytes, { mode: 0o600 }).catch((error) => {
      throw fileError("write", output, error);
    });
  } else if (text !== undefined) io.out(text);
  else if (Deno.stdout.isTerminal()) {
    throw new UsageError("the client shows a picture: give --output FILE.png");
  } else await writeAll(Deno.stdout, bytes);
}

/** Text without the empty rows at its end, of which a terminal has many. */
function withoutEmptyRows(text: string): string {
  const rows = text.replace(/\n+$/, "");
  return rows === "" ? "" : `${rows}\n`;
}

async function writeAll(to: typeof Deno.stdout, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await to.write(rest));
}

async function readStdin(): Promise<string> {
  let text = "";
  for await (const piece of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.length > MAX_CONTROL_TEXT_UNITS) {
      throw new UsageError(
        `standard input has more than ${MAX_CONTROL_TEXT_UNITS} characters; type it in parts`,
      );
    }
  }
  return text;
}
