/**
 * How the tables describe the line that people get of a record.
 *
 * @module
 */

/** A part of a line. */
export type LinePart =
  /** Text as it is: ASCII without control characters. */
  | string
  /** The value of a field. */
  | { readonly field: string; readonly as: "bare" | "quoted" | "named" }
  /** One of two lists of parts. */
  | {
    readonly field: string;
    /** Unless the field is false, 0 or empty. */
    readonly parts: readonly LinePart[];
    readonly otherwise: readonly LinePart[];
  };

/** Fields that people are not shown. */
const UNINTERESTING: ReadonlySet<string> = new Set(["kind", "frame", "source_audio"]);

/** The value of a field as it is. */
export function bare(field: string): LinePart {
  return { field, as: "bare" };
}

/** A text as JSON shows it. */
export function quoted(field: string): LinePart {
  return { field, as: "quoted" };
}

/** Parts for a field with a value, and others for one that is false, 0 or empty. */
export function either(
  field: string,
  parts: readonly LinePart[],
  otherwise: readonly LinePart[] = [],
): LinePart {
  return { field, parts, otherwise };
}

/** Whether a field is shown with its name where a table has no line of its own. */
export function isInteresting(field: string): boolean {
  return !UNINTERESTING.has(field);
}

/**
 * The parts of a line behind the kind.
 *
 * @returns The fields by their names, each with a space before it, where the table has no line.
 */
export function partsOf(
  { fields, line }: { readonly fields: object; readonly line?: readonly LinePart[] },
): readonly LinePart[] {
  return line ?? Object.keys(fields).filter(isInteresting).map((field) => ({ field, as: "named" }));
}
