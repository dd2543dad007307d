import type { Rule } from "../rule.ts";
import { COMMANDS } from "./commands.ts";
import { EVENTS } from "./events.ts";
import { FIRST_PACKET } from "./first_packet.ts";
import { INPUT } from "./input.ts";
import { LOGIN } from "./login.ts";
import { SEGMENTS } from "./segments.ts";
import { TEXT_GRIDS } from "./text_grids.ts";
import { TEXTS } from "./texts.ts";
import { TRANSFERS } from "./transfers.ts";
import { VERBS } from "./verbs.ts";
import { VIDEO } from "./video.ts";

/** All rules, in the order of a connection. */
export const RULES: readonly Rule[] = [
  ...FIRST_PACKET,
  ...LOGIN,
  ...COMMANDS,
  ...EVENTS,
  ...TEXTS,
  ...INPUT,
  ...SEGMENTS,
  ...VIDEO,
  ...TEXT_GRIDS,
  ...TRANSFERS,
  ...VERBS,
];
