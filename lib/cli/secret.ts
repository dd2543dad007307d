/**
 * The ways to give `num:secret` on the command line.
 *
 * @module
 */

import type { Command } from "commander";
import { Option } from "commander";
import { parseSecret } from "../net/secret.ts";
import { readHidden } from "./prompt.ts";
import type { CliIo } from "./support.ts";
import { UsageError } from "./support.ts";

/** The environment variable that holds `num:secret`. */
export const SECRET_VARIABLE = "A12_SECRET";

/** More than any secret with its number has. */
const MAX_LINE_BYTES = 256;
const NEWLINE = 10;

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
 * @param flags The flags of {@linkcode addSecretOptions}.
 * @param form What the secret looks like, for the prompt.
 * @param io The environment and the terminal.
 * @returns The text as it was given, or `undefined` when there is none.
 * @throws {UsageError} When the file or the terminal cannot be read.
 */
export async function readSecret(
  flags: SecretFlags,
  form: string,
  io: CliIo,
): Promise<string | undefined> {
  if (flags.secret !== undefined) return flags.secret;
  if (flags.secretFile !== undefined) return firstLine(readFile(flags.secretFile));
  if (flags.secretStdin) return firstLine(await readLine(Deno.stdin));
  if (flags.askSecret) return await readHidden(`${form}: `, io);
  const fromEnvironment = io.env.get(SECRET_VARIABLE);
  return fromEnvironment === "" ? undefined : fromEnvironment;
}

/**
 * Checks a secret of a listener before the port is bound.
 *
 * @param text `num:secret`.
 * @throws {ApiMisuseError} `bad-secret`.
 */
export function checkListenSecret(text: string | undefined): void {
  if (text !== undefined) parseSecret(text);
}

function readFile(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot read the secret from ${path}: ${text}`);
  }
}

/** Reads up to the end of a line, so that a pipe may stay open behind it. */
async function readLine(
  input: { read(buffer: Uint8Array): Promise<number | null> },
): Promise<string> {
  const bytes = new Uint8Array(MAX_LINE_BYTES);
  let length = 0;
  while (length < bytes.length && !bytes.subarray(0, length).includes(NEWLINE)) {
    const count = await input.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0]!;
}
