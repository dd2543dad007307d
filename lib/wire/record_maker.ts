/**
 * Compiles the functions that make records of the bytes of events, from the tables.
 *
 * @module
 */

import { Compiler } from "./compiler.ts";
import type { Layout } from "./fields.ts";
import { Codec, readerText } from "./layout.ts";
import type { CompilableRecord, RecordContext, RecordField } from "./record.ts";

/** Makes the record of the event whose bytes begin at `base`; `undefined` when there is none. */
export type RecordMaker<Record> = (
  view: DataView,
  base: number,
  context: RecordContext,
) => Record | undefined;

/**
 * Makes the function that builds a record from the bytes of an event. It is compiled for the first event, as
 * most kinds never come.
 *
 * @param layout The fields of the event.
 */
export function compileRecord<Record>(
  layout: Layout,
  record: CompilableRecord,
): RecordMaker<Record> {
  let compiled: RecordMaker<Record> | undefined;
  return (view, base, context) => {
    compiled ??= compile(layout, record);
    return compiled(view, base, context);
  };
}

/**
 * The body is one object literal: four times as fast as a loop that stores by name. The event is decoded
 * only for functions that want it as a whole.
 */
function compile<Record>(
  layout: Layout,
  { kind, fields, when, joiner }: CompilableRecord,
): RecordMaker<Record> {
  const compiler = new Compiler();
  const valueOf = (field: RecordField) => {
    if (field.make !== undefined) return compiler.call(field.make, "event", "context");
    return joiner === undefined ? compiler.read(layout, field) : `part.${field.from}`;
  };
  const members = [`kind: ${JSON.stringify(kind)}`, `frame: ${frameText(layout["frameId"]!)}`];
  const statements: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (name === "frame") continue;
    const value = valueOf(field);
    if (!field.isOptional) members.push(`${name}: ${value}`);
    else statements.push(`const v = ${value}; if (v !== undefined) record.${name} = v;`);
  }
  const codec = new Codec(layout, {});
  const decode = (view: DataView, base: number) => codec.decode(view, base);
  const isWhole = when !== undefined ||
    Object.values(fields).some(({ make }) => make !== undefined);
  return compiler.compile(
    ["view", "base", "context"],
    `
    ${isWhole ? `const event = ${compiler.call(decode, "view", "base")};` : ""}
    ${when ? `if (!${compiler.call(when, "event")}) return undefined;` : ""}
    ${joiner ? `const part = ${partText(layout, joiner)};` : ""}
    ${joiner ? "if (part === undefined) return undefined;" : ""}
    const record = { ${members.join(", ")} };
    ${statements.map((statement) => `{ ${statement} }`).join(" ")}
    return record;`,
  );
}

function partText({ message, multipart }: Layout, joiner: string): string {
  const text = `view, base + ${message!.offset}, ${message!.size}`;
  return `context.${joiner}.takeField(${text}, ${readerText(multipart!)} !== 0)`;
}

/** A u64 as a number, without the allocation of a bigint. */
function frameText({ offset }: Layout[string]): string {
  const [low, high] = [offset, offset + 4].map((at) => `view.getUint32(base + ${at}, true)`);
  return `${low} + ${high} * 0x1_0000_0000`;
}
