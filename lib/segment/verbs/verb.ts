/**
 * How a verb is described: its name in Lua, its arguments, what it may be called on, and what it does.
 *
 * The methods of a source, the verbs of `--pipe`, the reference table and the exhaustive test follow
 * from these descriptions.
 *
 * @module
 */

import type { EventInput } from "../../wire/event/types.ts";
import type { Segment } from "../segment.ts";
import type { Sent } from "../sent.ts";
import type { BinaryTransfer, BinaryType, TransferOptions } from "../transfer_types.ts";

/** The source that a verb is called on, as the verb sees it. */
export interface VerbTarget {
  readonly segment: Segment;
  /** Whether it has ended, or was asked to. */
  readonly isClosed: boolean;
  /**
   * Sends events.
   *
   * @param events Read when they are sent.
   * @param units What they count for while they wait, in UTF-16 units of text; 1 unless given.
   * @throws {ApiMisuseError} `queue-full` when too much waits already.
   */
  send(events: Iterable<EventInput>, units?: number): Sent;
  /**
   * Begins a transfer to the client.
   *
   * @param content At least 1 byte, not copied.
   */
  transfer(
    type: BinaryType,
    content: Uint8Array,
    options: TransferOptions,
    before?: EventInput,
  ): BinaryTransfer | false;
  /** Lets a client draw that was held back in its preroll. */
  activate(): void;
  /** Ends the segment. @param lastWords Why. */
  close(lastWords: string): void;
}

type VerbScope =
  /** The first segment of a client alone: a real source gives every event to it. */
  | "primary"
  /** Every segment. */
  | "any";

/** One verb. */
export interface Verb<Args extends readonly unknown[] = never, Result = unknown> {
  /** The name in Lua; absent when Lua has no such verb. */
  readonly lua?: string;
  /** What it does. */
  readonly doc: string;
  /** The meaning of each argument, with unit, range and default, in their order. */
  readonly args: Readonly<Record<string, string>>;
  /** What it may be called on. */
  readonly on: VerbScope;
  /** Whether an argument or the result is a function or an object that JSON cannot hold. */
  readonly isLocal?: boolean;
  /** Does it. Checks all arguments before anything is sent. */
  readonly run: (target: never, ...args: Args) => Result;
}

/** The methods that a table of verbs gives a source. */
export type VerbMethods<Table> = {
  readonly [K in keyof Table]: Table[K] extends
    { readonly run: (target: never, ...args: infer Args) => infer Result }
    ? (...args: Args) => Result
    : never;
};

type Description = Pick<Verb, "doc" | "args"> & { readonly lua?: string };

/**
 * Describes a verb that sends events.
 *
 * @param events Checks the arguments and makes the events.
 */
export function hint<Args extends readonly unknown[]>(
  description: Description,
  events: (segment: Segment, ...args: Args) => Iterable<EventInput>,
): Verb<Args, Sent> {
  return {
    ...description,
    on: "primary",
    run: (target: VerbTarget, ...args) => target.send(events(target.segment, ...args)),
  };
}

/** The events of a verb that sends one and looks at nothing but its arguments. */
export function one<Args extends readonly unknown[]>(
  event: (...args: Args) => EventInput,
): (segment: Segment, ...args: Args) => Iterable<EventInput> {
  return (_, ...args) => [event(...args)];
}
