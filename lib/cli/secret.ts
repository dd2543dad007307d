/**
 * The options that give a secret.
 *
 * @module
 */

import { type Command, Option } from "commander";
import { MAX_SECRET_LINE_BYTES } from "../limits.ts";
import { messageOf } from "../errors.ts";
import { UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";
import { type Report, reportAsText } from "./report.ts";
import { warnOfMode } from "./secret_file.ts";

const SECRET_VARIABLE = "A12_SECRET";

const LINE_FEED = 0x0a;

export interface SecretFlags {
  readonly secret?: string;
  readonly secretFile?: string;
  readonly secretStdin?: boolean;
  readonly askSecret?: boolean;
}

/** @param form What the user gives: `NUM:SECRET` or `SECRET`. */
export function addSecretOptions(command: Command, form: string): Command {
  const flags = ["secret", "secretFile", "secretStdin", "askSecret"];
  const others = (own: string) => flags.filter((flag) => flag !== own);
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
 * Reads the secret from where the flags say, or else from {@linkcode SECRET_VARIABLE}. That is removed
 * from the environment in any case, so that no program that is started later gets it.
 *
 * @param form What the user gives, for the prompt.
 * @param report Gets warnings.
 * @returns The text as given; `undefined` when there is none.
 * @throws {UsageError} When it cannot be read, is not UTF-8 or too long; never has the secret.
 * @throws {ApiMisuseError} `bad-argument` when the variable is not UTF-8.
 */
export async function readSecret(
  flags: SecretFlags,
  form: string,
  io: CliIo,
  report: Report = reportAsText(io),
): Promise<string | undefined> {
  try {
    if (flags.secret !== undefined) return flags.secret;
    if (flags.secretFile !== undefined) return await readFile(flags.secretFile, report);
    if (flags.secretStdin) return await readFirstLine(Deno.stdin, "standard input");
    if (flags.askSecret) {
      const { readHidden } = await import("./prompt.ts");
      return await readHidden(`${form}: `, io);
    }
    return io.env.get(SECRET_VARIABLE) || undefined;
  } finally {
    io.env.delete(SECRET_VARIABLE);
  }
}

async function readFile(path: string, report: Report): Promise<string> {
  try {
    using file = await Deno.open(path);
    warnOfMode(path, await file.stat(), report);
    return await readFirstLine(file, path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read the secret from ${path}: ${messageOf(error)}`);
  }
}

/** Reads no further than the first line, as a pipe may stay open after it. */
async function readFirstLine(input: Pick<Deno.FsFile, "read">, source: string): Promise<string> {
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
      `the first line of ${source} has more than ${MAX_SECRET_LINE_BYTES} bytes, ` +
        `too many for a secret`,
    );
  }
  try {
    // The decoder removes a byte order mark.
    return new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, end))
      .replace(/\r$/, "");
  } catch {
    throw new UsageError(`the secret in ${source} is not UTF-8; convert it to UTF-8`);
  }
}
