/**
 * Compiles the functions that write the line of an event's record straight from the bytes of the event.
 *
 * @module
 */

import type { LineBytes } from "../bytes/line_bytes.ts";
import { Compiler } from "./compiler.ts";
import type { Layout } from "./fields.ts";
import { readerText } from "./layout.ts";
import type { CompilableRecord, RecordContext, RecordField } from "./record.ts";
import { type LinePart, partsOf } from "./record_line.ts";

/**
 * Appends the line of the event whose bytes begin at `base`, as `describe` makes it of the record.
 *
 * @returns `false` when only the record gives the line; a part of it may have been appended all the same.
 */
export type EventLine = (
  line: LineBytes,
  view: DataView,
  base: number,
  context: RecordContext,
) => boolean;

/**
 * @param layout The fields of the event.
 * @returns `undefined` for a kind that has a `when`, or shows other than numbers, flags and plain text.
 */
export function compileEventLine(layout: Layout, table: CompilableRecord): EventLine | undefined {
  const compiler = new LineCompiler(layout, table);
  const code = compiler.code(partsOf(table));
  return table.when === undefined && compiler.isComplete ? compiler.finish(code) : undefined;
}

const QUAD = "[number, number, number, number]";

class LineCompiler {
  readonly #compiler = new Compiler();
  readonly #layout: Layout;
  readonly #table: CompilableRecord;
  /** Whether there was code for all parts. */
  isComplete = true;

  constructor(layout: Layout, table: CompilableRecord) {
    this.#layout = layout;
    this.#table = table;
  }

  code(parts: readonly LinePart[]): string {
    return parts.map((part) => this.#codeOf(part)).join("\n");
  }

  finish(code: string): EventLine {
    const { kind, line } = this.#table;
    const isOwn = line !== undefined;
    const body = `
      ${append("client ")} line.number(context.segment);
      ${append(` ${kind}`)}
      ${isOwn ? `const start = line.length; ${append(" ")}` : ""}
      ${code}
      ${isOwn ? "if (line.length === start + 1) line.length = start;" : ""}
      return true;`;
    return this.#compiler.compile(["line", "view", "base", "context"], body);
  }

  #codeOf(part: LinePart): string {
    if (typeof part === "string") return append(part);
    const field: RecordField = this.#table.fields[part.field]!;
    if ("as" in part && part.as !== "named" && field.plain !== undefined) {
      const quote = part.as === "quoted" ? append('"') : "";
      return `${quote} ${this.#copy(field)} ${quote}`;
    }
    const isSimple = field.type === "number" || field.type === "boolean";
    if (field.make !== undefined || !isSimple && field.type !== QUAD) {
      this.isComplete = false;
      return "";
    }
    const value = this.#compiler.read(this.#layout, field);
    if ("parts" in part) {
      return `if (${value}) { ${this.code(part.parts)} } else { ${this.code(part.otherwise)} }`;
    }
    const name = part.as === "named" ? ` ${part.field}` : "";
    if (field.type === "boolean") return `if (${value}) { ${append(name)} }`;
    const head = name === "" ? "" : append(`${name}=`);
    if (field.type === "number") return `${head} line.number(${value});`;
    const items = [0, 1, 2, 3].map((at) => `line.number(items[${at}]);`).join(append(","));
    return `{ const items = ${value}; ${head} ${append("[")} ${items} ${append("]")} }`;
  }

  #copy({ from, plain }: RecordField): string {
    const { limitBytes, bytes } = plain!;
    const { joiner } = this.#table;
    const { offset } = this.#layout[from!]!;
    const allowed = this.#compiler.use(bytes);
    const more = joiner && `${readerText(this.#layout["multipart"]!)} !== 0`;
    return `{
      const count = line.copy(view, base + ${offset}, ${limitBytes}, ${allowed});
      if (count < 0) return false;
      ${joiner ? `if (!context.${joiner}.passes(count, ${more})) return false;` : ""}
    }`;
  }
}

/** The code that appends a text, four bytes at a time; up to three more are written behind it. */
function append(text: string): string {
  const padded = text.padEnd(Math.ceil(text.length / 4) * 4, "\0");
  let code = "{ const at = line.length;";
  for (let i = 0; i < padded.length; i += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((more) => padded.charCodeAt(i + more));
    const four = (a! | b! << 8 | c! << 16 | d! << 24) >>> 0;
    code += ` line.view.setUint32(at + ${i}, ${four}, true);`;
  }
  return `${code} line.length = at + ${text.length}; }`;
}
