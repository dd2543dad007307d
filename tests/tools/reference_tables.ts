/**
 * Writes the reference tables of `lib/handlers/README.md` and `lib/control/README.md` from the tables of
 * the code: `deno task docs`; with `--check` it fails when a file differs.
 *
 * @module
 */

import type { Fields, Operation } from "../../lib/control/description.ts";
import { OPERATIONS } from "../../lib/control/operations.ts";
import { VERBS } from "../../lib/segment/source.ts";
import { RECORDS } from "../../lib/segment/status.ts";
import type { Verb } from "../../lib/segment/verbs/verb.ts";
import type { RecordTable } from "../../lib/wire/record.ts";

/** The sections of each file. */
const FILES: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  "lib/handlers/README.md": {
    records: () => recordReference(RECORDS),
    verbs: () => verbReference(VERBS),
  },
  "lib/control/README.md": { operations: () => operationReference(OPERATIONS) },
};

/**
 * Replaces the part of a text between two marks.
 *
 * @param text The whole text.
 * @param name What the marks are called.
 * @param content What stands between them.
 * @throws {Error} The text has no such marks.
 */
export function replaceSection(text: string, name: string, content: string): string {
  const begin = `<!-- begin ${name} -->`;
  const end = `<!-- end ${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`no section ${name}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n${text.slice(to)}`;
}

/**
 * Makes the text of all records.
 *
 * @param records The tables.
 */
export function recordReference(records: readonly RecordTable[]): string {
  return records.map(({ kind, doc, fields }) => {
    const rows = Object.entries(fields).map(([name, { type, doc, isOptional }]) =>
      `| \`${name}\`${isOptional ? "?" : ""} | ${type} | ${doc} |\n`
    );
    const table = rows.length === 0
      ? ""
      : `\n| field | type | meaning |\n|---|---|---|\n${rows.join("")}`;
    return `### ${kind}\n\n${capitalize(doc)}.\n${table}`;
  }).join("\n");
}

/**
 * Makes the text of all verbs.
 *
 * @param verbs The table.
 */
export function verbReference(verbs: Readonly<Record<string, Verb>>): string {
  return Object.entries(verbs).map(([name, { lua, doc, args, on, isLocal }]) => {
    const notes = [
      lua === undefined ? "not in Lua" : `\`${lua}\``,
      on === "primary" ? "the first segment of a client only" : "every segment",
      ...(isLocal ? ["not with `--pipe`"] : []),
    ];
    const rows = Object.entries(args).map(([arg, meaning]) => `- \`${arg}\`: ${meaning}\n`);
    return `### ${name}\n\n${capitalize(doc)}. (${notes.join("; ")})\n` +
      (rows.length === 0 ? "" : `\n${rows.join("")}`);
  }).join("\n");
}

/**
 * Makes the text of all operations of the control interface.
 *
 * @param operations The table.
 */
export function operationReference(operations: Readonly<Record<string, Operation>>): string {
  return Object.entries(operations).map(([name, operation]) => {
    const { method, path, doc, params, result, fields } = operation;
    const taken = Object.entries(params).map(([param, { in: at, type, isOptional, max, doc }]) => {
      const bound = type === "string" ? `, at most ${max} characters` : "";
      return `| \`${param}\`${isOptional ? "?" : ""} | ${at} | ${type}${bound} | ${doc} |\n`;
    });
    const table = taken.length === 0
      ? ""
      : `\n| parameter | in | type | meaning |\n|---|---|---|---|\n${taken.join("")}`;
    const given = Object.keys(fields).length === 0
      ? ""
      : `\n| field${result === "rows" ? " of each" : ""} | type | meaning |\n|---|---|---|\n${
        fieldRows(fields)
      }`;
    return `### ${name}\n\n\`${method} ${path}\`\n\n${doc}. ${RESULTS[result]}\n${table}${given}`;
  }).join("\n");
}

const RESULTS: { readonly [R in Operation["result"]]: string } = {
  object: "Gives a JSON object.",
  rows: "Gives a JSON array.",
  lines: "Gives JSON lines, until the listener ends.",
  picture: "Gives `image/png` or `text/plain`.",
  text: "Gives `text/plain`.",
  content: "Gives bytes, as they come.",
};

function fieldRows(fields: Fields, within = ""): string {
  return Object.entries(fields).map(([name, { type, doc, isOptional, fields: inner }]) => {
    const row = `| \`${within}${name}\`${isOptional ? "?" : ""} | ${type} | ${doc} |\n`;
    return inner === undefined ? row : row + fieldRows(inner, `${name}[].`);
  }).join("");
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * Makes a file with its sections as they should be.
 *
 * @param file Relative to the project.
 * @param text Its content now.
 */
export function withSections(file: string, text: string): string {
  return Object.entries(FILES[file]!).reduce(
    (made, [name, content]) => replaceSection(made, name, content()),
    text,
  );
}

if (import.meta.main) {
  for (const file of Object.keys(FILES)) {
    const url = new URL(`../../${file}`, import.meta.url);
    const before = Deno.readTextFileSync(url);
    const after = withSections(file, before);
    if (before === after) continue;
    if (Deno.args.includes("--check")) {
      console.error(`${file} is out of date: deno task docs`);
      Deno.exitCode = 1;
    } else Deno.writeTextFileSync(url, after);
  }
}
