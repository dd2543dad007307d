/**
 * Compiles functions over the bytes of events. No peer can influence their text, which comes from the
 * tables.
 *
 * @module
 */

import type { Layout } from "./fields.ts";
import { readerText } from "./layout.ts";
import type { RecordField } from "./record.ts";

/** Collects what one compiled function uses. */
export class Compiler {
  readonly #used: unknown[] = [];

  /** The text of an expression for a value that is not text. */
  use(value: unknown): string {
    return `used${this.#used.push(value) - 1}`;
  }

  /** The text of a call. */
  call(callee: unknown, ...args: readonly string[]): string {
    return `${this.use(callee)}(${args.join(", ")})`;
  }

  /** The text of an expression that reads a field without `make`, where `view` and `base` are. */
  read(layout: Layout, { from, convert, read }: RecordField): string {
    const field = layout[from!]!;
    if (read !== undefined) return this.call(read, "view", `base + ${field.offset}`);
    const held = readerText(field);
    return convert === undefined ? held : this.call(convert, held);
  }

  compile<F>(parameters: readonly string[], body: string): F {
    const text = `return (${parameters.join(", ")}) => { ${body} };`;
    return new Function(...this.#used.map((_, i) => `used${i}`), text)(...this.#used);
  }
}
