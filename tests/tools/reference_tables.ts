/**
 * Writes the reference tables of `lib/handlers/README.md` from the tables of the code: `deno task docs`;
 * with `--check` it fails when the file differs.
 *
 * @module
 */

import { VERBS } from "../../lib/segment/source.ts";
import { RECORDS } from "../../lib/segment/status.ts";
import type { Verb } from "../../lib/segment/verbs/verb.ts";
import type { RecordTable } from "../../lib/wire/record.ts";

const FILE = new URL("../../lib/handlers/README.md", import.meta.url);

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

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

if (import.meta.main) {
  const before = Deno.readTextFileSync(FILE);
  const after = replaceSection(
    replaceSection(before, "records", recordReference(RECORDS)),
    "verbs",
    verbReference(VERBS),
  );
  if (Deno.args.includes("--check")) {
    if (before !== after) {
      console.error("lib/handlers/README.md is out of date: deno task docs");
      Deno.exit(1);
    }
  } else Deno.writeTextFileSync(FILE, after);
}
