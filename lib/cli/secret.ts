/**
 * The ways to give `num:secret` on the command line.
 *
 * @module
 */

import type { Command } from "commander";
import { Option } from "commander";
import { decodeUtf8, findInvalidUtf8, withoutByteOrderMark } from "../bytes/text.ts";
import { MAX_SECRET_LINE_BYTES } from "../limits.ts";
import { escapeControls } from "../log.ts";
import { MAX_SECRET_BYTES } from "../wire/constants.ts";
import { readHidden } from "./prompt.ts";
import { UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";
import type { Tell } from "./tell.ts";
import { tellText } from "./tell.ts";

/** The part of a file or stream that a secret is read from. */
type Input = Pick<Deno.FsFile, "read">;

/** The environment variable that holds `num:secret`. */
export const SECRET_VARIABLE = "A12_SECRET";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Not for others to read or write, as ssh asks of private keys. */
const OTHERS = 0o077;

/** The flags of {@linkcode addSecretOptions}. */
export interface SecretFlags {
  readonly secret?: string;
  readonly secretFile?: string;
  readonly secretStdin?: boolean;
  readonly askSecret?: boolean;
}

/**
 * Adds the options.
 *
 * @param command The command that takes a secret.
 * @param form What the secret looks like: `NUM:SECRET` or `SECRET`.
 */
export function addSecretOptions(command: Command, form: string): Command {
  const sources = ["secret", "secretFile", "secretStdin", "askSecret"];
  const others = (own: string) => sources.filter((source) => source !== own);
  return command
    .addOption(
      new Option("--secret-file <file>", `read ${form} from the first line of a file`)
        .conflicts(others("secretFile")),
    )
    .addOption(
      new Option("--secret-stdin", `read ${form} from the first line of standard input`)
        .conflicts(others("secretStdin")),
    )
    .addOption(
      new Option("--ask-secret", `ask for ${form} on the terminal, without echo`)
        .conflicts(others("askSecret")),
    )
    .addOption(
      new Option(
        `--secret <${form.toLowerCase()}>`,
        "the same on the command line, WHERE ALL USERS OF THIS MACHINE CAN SEE IT",
      ).conflicts(others("secret")),
    );
}

/**
 * Reads the secret from where the flags, or else the environment, say.
 *
 * {@linkcode SECRET_VARIABLE} is removed from the environment in any case, so that no program that is
 * started later gets it.
 *
 * @param flags The flags of {@linkcode addSecretOptions}.
 * @param form What the secret looks like, for the prompt.
 * @param io The environment and the terminal.
 * @param tell Says warnings; as text unless given.
 * @returns The text as it was given, or `undefined` when there is none.
 * @throws {UsageError} When it cannot be read, is not UTF-8 or too long; never holds the secret.
 * @throws {ApiMisuseError} `bad-argument` when the variable is not UTF-8.
 */
export async function readSecret(
  flags: SecretFlags,
  form: string,
  io: CliIo,
  tell: Tell = tellText(io),
): Promise<string | undefined> {
  try {
    if (flags.secret !== undefined) return flags.secret;
    if (flags.secretFile !== undefined) return await readFile(flags.secretFile, tell);
    if (flags.secretStdin) return await readFirstLine(Deno.stdin, "standard input");
    if (flags.askSecret) return await readHidden(`${form}: `, io);
    return io.env.get(SECRET_VARIABLE) || undefined;
  } finally {
    io.env.delete(SECRET_VARIABLE);
  }
}

async function readFile(path: string, tell: Tell): Promise<string> {
  try {
    using file = await Deno.open(path);
    const { isFile, mode } = await file.stat();
    if (isFile && mode !== null && (mode & OTHERS) !== 0) {
      const shown = (mode & 0o777).toString(8).padStart(4, "0");
      const detail = `${path} has mode ${shown}: others can use the secret in it; ` +
        `run chmod go-rwx ${path}`;
      tell({
        text: escapeControls(`warning: ${detail}`) + "\n",
        level: "warn",
        event: "secret-file-mode",
        fields: { path, mode: shown, detail },
      });
    }
    return await readFirstLine(file, path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot read the secret from ${path}: ${text}`);
  }
}

/** Reads no more than the first line, so that a pipe may stay open behind it. */
async function readFirstLine(input: Input, source: string): Promise<string> {
  const buffer = new Uint8Array(MAX_SECRET_LINE_BYTES + 1);
  let length = 0;
  let end = -1;
  while (end < 0 && length < buffer.length) {
    const count = await input.read(buffer.subarray(length));
    if (count === null) {
      end = length;
      break;
    }
    length += count;
    end = buffer.subarray(0, length).indexOf(LINE_FEED);
  }
  if (end < 0 || end > MAX_SECRET_LINE_BYTES) {
    throw new UsageError(
      `the first line of ${source} has more than ${MAX_SECRET_LINE_BYTES} bytes; ` +
        `a secret has at most ${MAX_SECRET_BYTES}`,
    );
  }
  return decodeSecret(buffer.subarray(0, end), source);
}

function decodeSecret(line: Uint8Array, source: string): string {
  const bytes = withoutByteOrderMark(line);
  const end = bytes.at(-1) === CARRIAGE_RETURN ? -1 : bytes.length;
  const secret = decodeUtf8(bytes.subarray(0, end));
  if (secret !== undefined) return secret;
  throw new UsageError(
    `the secret in ${source} is not UTF-8: byte ${findInvalidUtf8(line)} of it, counted from 0, ` +
      `begins no character`,
  );
}
