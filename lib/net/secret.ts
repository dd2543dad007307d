/**
 * The further key of a listener: `num:secret`.
 *
 * @module
 */

import { encodeUtf8 } from "../bytes/text.ts";
import { ApiMisuseError } from "../errors.ts";
import { MAX_ENROLMENTS } from "../limits.ts";
import { MAX_SECRET_BYTES } from "../wire/constants.ts";

/** A secret and how many unknown keys it lets in. */
export interface ListenSecret {
  /** 1 to 31 bytes of UTF-8. */
  readonly secret: Uint8Array;
  /** How many unknown keys that know the secret are added to the keystore. */
  readonly enrolments: number;
}

/**
 * Reads `num:secret`.
 *
 * @param text The number of unknown keys to let in, a colon, and the secret.
 * @throws {ApiMisuseError} `bad-secret`; the message never holds the secret.
 */
export function parseSecret(text: string): ListenSecret {
  const match = /^(\d{1,9}):([^]*)$/.exec(text);
  if (match === null) {
    throw new ApiMisuseError(
      "bad-secret",
      'the secret must be given as "num:secret", for instance "0:" and the secret',
    );
  }
  const enrolments = Number(match[1]);
  if (enrolments > MAX_ENROLMENTS) {
    throw new ApiMisuseError(
      "bad-secret",
      `num is ${enrolments}, the limit is ${MAX_ENROLMENTS}`,
    );
  }
  return { secret: checkSecret(match[2]!), enrolments };
}

/**
 * Checks a secret alone.
 *
 * @returns Its UTF-8.
 * @throws {ApiMisuseError} `bad-secret`; the message never holds the secret.
 */
export function checkSecret(text: string): Uint8Array {
  const secret = encodeUtf8(text);
  if (secret.length < 1 || secret.length > MAX_SECRET_BYTES) {
    // DEVIATION: the reference silently drops what is beyond 31 bytes; pinned by
    // "a secret of 32 bytes is refused".
    throw new ApiMisuseError(
      "bad-secret",
      `the secret has ${secret.length} bytes of UTF-8, must have 1 to ${MAX_SECRET_BYTES}`,
    );
  }
  if (secret.includes(0) || /[\r\n]/.test(text)) {
    throw new ApiMisuseError("bad-secret", "the secret contains a line break or NUL");
  }
  return secret;
}
