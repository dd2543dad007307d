/**
 * Warnings of a keystore in the log.
 *
 * @module
 */

import type { KeystoreWarning } from "../keystore/mod.ts";
import type { LogFields } from "./log.ts";

/**
 * Makes a warning of a keystore the fields of a log line.
 *
 * @param warning As a keystore opened by the caller reports it.
 */
export function warningFields({ path, line, code, message }: KeystoreWarning): LogFields {
  return { path, line, reason: code, detail: message };
}
