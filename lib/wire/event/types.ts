/**
 * The types of events, derived from the field tables.
 *
 * @module
 */

import type { Decoded, Layout, PartialEncodable } from "../fields.ts";
import type { EXTERNAL_KINDS } from "./external.ts";
import type { INPUT_KINDS } from "./input.ts";
import type { TARGET_KINDS } from "./target.ts";

/** The shape of the tables of one category. */
export type KindTable = Readonly<
  Record<string, {
    readonly number: number;
    readonly layout: Layout;
    readonly defaults?: Readonly<Record<string, unknown>>;
  }>
>;

/** The tables of the three categories of events on the wire. */
export interface EventTables {
  /** Commands of the sink, category 16. */
  readonly target: typeof TARGET_KINDS;
  /** Events of the source, category 64. */
  readonly external: typeof EXTERNAL_KINDS;
  /** Input, category 2. */
  readonly input: typeof INPUT_KINDS;
}

/** The name of a category that has tables. */
export type EventCategory = keyof EventTables;

/** The fields that one kind of a table decodes to. */
export type EventFields<T extends KindTable, K extends keyof T> = Decoded<T[K]["layout"]>;

/** A TARGET event with a table. */
export type TargetEvent<K extends keyof typeof TARGET_KINDS = keyof typeof TARGET_KINDS> = K extends
  keyof typeof TARGET_KINDS
  ? { readonly category: "target"; readonly kind: K } & EventFields<typeof TARGET_KINDS, K>
  : never;

/** An EXTERNAL event with a table. */
export type ExternalEvent<K extends keyof typeof EXTERNAL_KINDS = keyof typeof EXTERNAL_KINDS> =
  K extends keyof typeof EXTERNAL_KINDS
    ? { readonly category: "external"; readonly kind: K } & EventFields<typeof EXTERNAL_KINDS, K>
    : never;

/** An input event with a table. */
export type InputEvent<K extends keyof typeof INPUT_KINDS = keyof typeof INPUT_KINDS> = K extends
  keyof typeof INPUT_KINDS
  ? { readonly category: "input"; readonly kind: K } & EventFields<typeof INPUT_KINDS, K>
  : never;

/** An event whose kind has no table. */
export interface UnknownEvent {
  /** `other` when the category is unknown too. */
  readonly category: EventCategory | "other";
  /** Never the name of a kind with a table. */
  readonly kind: "unknown";
  /** The category byte at offset 120. */
  readonly categoryNumber: number;
  /** The kind number at offset 0. */
  readonly kindNumber: number;
  /** The number at offset 104; it has a meaning in EXTERNAL events only. */
  readonly frameId: bigint;
  /** A copy of all 128 bytes. */
  readonly raw: Uint8Array;
}

/** Any event; `category` and `kind` tell which. */
export type WireEvent = TargetEvent | ExternalEvent | InputEvent | UnknownEvent;

/** A TARGET event to encode; absent fields become zero, an absent descriptor -1. */
export type TargetEventInput<K extends keyof typeof TARGET_KINDS = keyof typeof TARGET_KINDS> =
  K extends keyof typeof TARGET_KINDS ?
      & { readonly category: "target"; readonly kind: K }
      & PartialEncodable<typeof TARGET_KINDS[K]["layout"]>
    : never;

/** An EXTERNAL event to encode; absent fields become zero. */
export type ExternalEventInput<
  K extends keyof typeof EXTERNAL_KINDS = keyof typeof EXTERNAL_KINDS,
> = K extends keyof typeof EXTERNAL_KINDS ?
    & { readonly category: "external"; readonly kind: K }
    & PartialEncodable<typeof EXTERNAL_KINDS[K]["layout"]>
  : never;

/** An input event to encode; absent fields become zero, but device and datatype follow the kind. */
export type InputEventInput<K extends keyof typeof INPUT_KINDS = keyof typeof INPUT_KINDS> =
  K extends keyof typeof INPUT_KINDS ?
      & { readonly category: "input"; readonly kind: K }
      & PartialEncodable<typeof INPUT_KINDS[K]["layout"]>
    : never;

/** Any event to encode. */
export type EventInput =
  | TargetEventInput
  | ExternalEventInput
  | InputEventInput
  | Pick<UnknownEvent, "category" | "kind" | "raw">;
