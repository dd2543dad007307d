/**
 * Which packets of a server have content: what its user types, pastes, sends or asks for. The others are
 * about sizes, rates and the progress of streams, which an observer learns from the traffic as well.
 *
 * @module
 */

import type { ControlInput } from "../wire/control.ts";
import type { EventInput } from "../wire/event/types.ts";

const PLAIN_CONTROLS: readonly string[] = ["ping", "cancelstream"];
const PLAIN_EVENTS: readonly string[] = ["outputhint", "displayhint", "fonthint", "activate"];

export function controlHasContent({ command }: ControlInput): boolean {
  return !PLAIN_CONTROLS.includes(command);
}

export function eventHasContent({ category, kind }: EventInput): boolean {
  return category !== "target" || !PLAIN_EVENTS.includes(kind);
}
