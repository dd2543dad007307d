import { PROBE } from "../../lib/net/lifetime.ts";
import type { Control } from "../../lib/wire/control.ts";

/**
 * Whether a command asks a client for a sign of life, as the listener does some seconds after the login.
 * Programs of real clients never see it.
 */
export function isProbe(control: Control): boolean {
  return control.command === PROBE.command && control.channel === PROBE.channel &&
    control.stream === PROBE.stream;
}
