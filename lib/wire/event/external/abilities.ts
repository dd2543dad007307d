/**
 * EXTERNAL events about abilities: options, state, input, files and rights.
 *
 * @module
 */

import { bool8, text, u16, u32, u64, u8 } from "../../fields.ts";
import * as lua from "../../record.ts";
import { bare, either, quoted } from "../../record_line.ts";
import { filteredText, SUFFIXES, WORD } from "../../record_text.ts";
import { DATATYPE } from "../input.ts";
import { recorded } from "./kind.ts";

const OPTION_TYPES = ["key", "description", "value", "current"] as const;
const DATATYPE_NAMES = new Map<number, "analog" | "digital" | "translated" | "touch" | "eyes">([
  [DATATYPE.analog, "analog"],
  [DATATYPE.digital, "digital"],
  [DATATYPE.translated, "translated"],
  [DATATYPE.touch, "touch"],
  [DATATYPE.eyes, "eyes"],
]);
const IMMEDIATE = 1;
const WILDCARD = 2;
const MULTIPART = 4;
const CURSOR = 8;

function isEmpty(view: DataView, at: number): boolean {
  return view.getUint8(at) === 0;
}

export const ABILITY_KINDS = {
  /** Type 4 makes the client forget the option. */
  coreopt: recorded(1, { index: u8(16), type: u8(17), data: text(18, 77) }, {
    kind: "coreopt",
    doc: "an option of the client, set by `targetCoreopt`",
    line: [bare("slot"), " ", bare("type"), " ", quoted("argument")],
    when: ({ type }) => type < OPTION_TYPES.length,
    fields: {
      slot: lua.number("index", "the option's number"),
      // DEVIATION: upstream reads the text at 16, where slot and type are, and shows garbage
      // (test "coreopt: the argument is the text, not slot and type").
      argument: lua.text("data", 76, "the text"),
      type: lua.choice("type", OPTION_TYPES, "the role of the text", "key"),
    },
  }),

  statesize: recorded(8, { size: u32(16), type: u32(20) }, {
    kind: "state_size",
    doc: "the client can save its state",
    line: [either("state_size", [bare("state_size"), " bytes"], ["none"])],
    fields: {
      state_size: lua.number("size", "size in bytes; 0 when saving is no longer possible"),
      typeid: lua.number("type", "type of the state; clients of the same type can load it"),
    },
  }),

  labelhint: recorded(15, {
    label: text(16, 16),
    initial: u16(32),
    description: text(34, 53),
    vsym: text(87, 5),
    subid: u16(92),
    datatype: u8(94),
    modifiers: u16(96),
  }, {
    kind: "input_label",
    doc: "a named input that the client understands",
    line: [
      either("labelhint", [
        bare("labelhint"),
        " ",
        bare("datatype"),
        either("description", [" ", quoted("description")]),
      ], ["none, new ones follow"]),
    ],
    when: ({ datatype }) => DATATYPE_NAMES.has(datatype),
    fields: {
      labelhint: lua.filtered("label", 15, WORD, "the name; empty removes all of them"),
      description: lua.text("description", 52, "its effect, as text for people"),
      initial: lua.number("initial", "the suggested key symbol"),
      datatype: lua.made(
        lua.union([...DATATYPE_NAMES.values()]),
        "the kind of input",
        ({ datatype }: { readonly datatype: number }) => DATATYPE_NAMES.get(datatype)!,
      ),
      modifiers: lua.number("modifiers", "the suggested modifiers"),
      vsym: lua.text("vsym", 4, "a symbol to show"),
    },
  }),

  bchunkstate: recorded(19, {
    size: u64(16),
    input: bool8(24),
    hint: u8(25),
    stream: bool8(26),
    extensions: text(27, 68),
    identifier: u32(96),
  }, {
    kind: "bchunkstate",
    doc: "the client can read or write files, or requests one; `openNonblock` sends a file, " +
      "`onBinary` receives those that it writes",
    line: [
      either("input", ["takes "], ["offers "]),
      either("disable", ["nothing"], [quoted("extensions")]),
    ],
    fields: {
      hint: lua.made(
        "boolean",
        "an announcement, not a request for a file now",
        ({ hint }: { readonly hint: number }) => (hint & (CURSOR | IMMEDIATE)) === 0,
      ),
      cursor: lua.bit("hint", CURSOR, "part of drag and drop"),
      multipart: lua.bit("hint", MULTIPART, "several files are possible"),
      wildcard: lua.bit("hint", WILDCARD, "all suffixes are accepted"),
      size: lua.made(
        "number",
        "bytes, 0 when unknown",
        ({ size }: { readonly size: bigint }) => Number(size),
      ),
      input: lua.flag("input", "the client reads, otherwise it writes"),
      stream: lua.flag("stream", "a stream of unknown length is accepted"),
      disable: lua.fromText(
        "extensions",
        "boolean",
        "the ability is withdrawn; then `extensions` is absent",
        isEmpty,
      ),
      extensions: lua.optionalFromText(
        "extensions",
        "string",
        "suffixes separated by `;`; only `a` to `z`, `0` to `9`, `;` and `*`",
        (view, at) => isEmpty(view, at) ? undefined : filteredText(view, at, 67, SUFFIXES, ""),
      ),
    },
  }),

  /** The listener makes one with `networked` after each `preroll`. */
  privdrop: recorded(20, { external: bool8(16), sandboxed: bool8(17), networked: bool8(18) }, {
    kind: "privdrop",
    doc: "the origin of the client, and the rights that it dropped",
    // DEVIATION: upstream shows `external` in all three
    // (test "privdrop: each field shows its own byte").
    fields: {
      external: lua.flag("external", "it is external"),
      sandboxed: lua.flag("sandboxed", "it is sandboxed"),
      networked: lua.flag("networked", "it is connected over the network"),
    },
  }),

  /** A set bit blocks a kind of device or data. */
  inputmask: recorded(21, { device: u32(16), types: u32(20) }, {
    kind: "mask_input",
    doc: "the client changed the input that it accepts, see `inputCapabilities`",
    fields: {},
  }),
};
