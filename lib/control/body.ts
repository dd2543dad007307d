/**
 * Reads the body of a request, which may be endless or never come.
 *
 * @module
 */

import { ApiMisuseError, ControlError, messageOf } from "../errors.ts";

export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/**
 * Reads a body as text.
 *
 * @throws {ControlError} `body-too-large`, `body-timeout`.
 * @throws {ApiMisuseError} `bad-argument` when it ends early.
 */
export async function readBody(
  { body }: Request,
  { maxBytes, timeoutMs }: BodyLimits,
): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const seconds = timeoutMs / 1000;
      reject(new ControlError("body-timeout", `the body was not there within ${seconds} s`));
    }, timeoutMs);
  });
  try {
    for (;;) {
      const { value, done } = await Promise.race([reader.read(), timeout]);
      if (done) break;
      size += value.length;
      if (size > maxBytes) {
        throw new ControlError(
          "body-too-large",
          `the body has more than ${maxBytes} bytes; send it in parts`,
        );
      }
      chunks.push(value);
    }
  } catch (error) {
    void reader.cancel().catch(() => {});
    throw error instanceof ControlError
      ? error
      : new ApiMisuseError("bad-argument", `the body ended early: ${messageOf(error)}`);
  } finally {
    clearTimeout(timer);
  }
  return await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text();
}
