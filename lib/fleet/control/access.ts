/**
 * What a caller may do, by the subject that it sends to.
 *
 * @module
 */

import { type Controlled, type OperationName, OPERATIONS } from "../../control/mod.ts";
import { ControlError } from "../../errors.ts";
import type { Access } from "../names.ts";

/** Each includes those before it. */
export const ACCESSES: readonly Access[] = ["look", "drive", "manage"];

type Perform = (args: unknown) => unknown;

/** The operations that need no more than an access; the others are refused with `not-allowed`. */
export function permit(controlled: Controlled, access: Access): Controlled {
  const permitted: Partial<Record<OperationName, Perform>> = {};
  for (const name of Object.keys(OPERATIONS) as OperationName[]) {
    const needed = OPERATIONS[name].access;
    const isAllowed = ACCESSES.indexOf(needed) <= ACCESSES.indexOf(access);
    permitted[name] = isAllowed ? (controlled[name] as Perform).bind(controlled) : () => {
      throw new ControlError("not-allowed", `${name} needs the access ${needed}, not ${access}`);
    };
  }
  return permitted as Controlled;
}
