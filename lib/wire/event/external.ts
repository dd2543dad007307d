/**
 * EXTERNAL events (category 64), from the source to the sink, and the records that handlers get.
 *
 * Offsets are within the 128-byte event: kind u32 at 0, source i64 at 8, payload from 16, number of
 * frames u64 at 104. Source: arcan `shmif_event.h`, `arcan_lua.c`.
 *
 * @module
 */

import { ABILITY_KINDS } from "./external/abilities.ts";
import { CONSUMED_KINDS } from "./external/consumed.ts";
import { MEDIA_KINDS } from "./external/media.ts";
import { TEXT_KINDS } from "./external/texts.ts";
import { WINDOW_KINDS } from "./external/window.ts";

/** The number, layout and record of every EXTERNAL kind; add a new kind to one of these tables. */
export const EXTERNAL_KINDS = {
  message: TEXT_KINDS.message,
  ident: TEXT_KINDS.ident,
  failure: TEXT_KINDS.failure,
  cursorhint: TEXT_KINDS.cursorhint,
  alert: TEXT_KINDS.alert,
  coreopt: ABILITY_KINDS.coreopt,
  statesize: ABILITY_KINDS.statesize,
  labelhint: ABILITY_KINDS.labelhint,
  bchunkstate: ABILITY_KINDS.bchunkstate,
  privdrop: ABILITY_KINDS.privdrop,
  inputmask: ABILITY_KINDS.inputmask,
  streaminfo: MEDIA_KINDS.streaminfo,
  streamstatus: MEDIA_KINDS.streamstatus,
  segreq: WINDOW_KINDS.segreq,
  viewport: WINDOW_KINDS.viewport,
  content: WINDOW_KINDS.content,
  register: WINDOW_KINDS.register,
  bufferstream: CONSUMED_KINDS.bufferstream,
  framestatus: CONSUMED_KINDS.framestatus,
  flushaud: CONSUMED_KINDS.flushaud,
  clockreq: CONSUMED_KINDS.clockreq,
  netstate: CONSUMED_KINDS.netstate,
} as const;
