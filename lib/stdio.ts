/**
 * The streams of the process.
 *
 * @module
 */

const encoder = new TextEncoder();

/**
 * Writes text as a whole.
 *
 * @param stream Standard output or standard error.
 * @param text The text. What nobody reads any more is dropped: a reader that has seen enough, such as
 *   `head`, is no failure.
 */
export function writeText(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
): void {
  const bytes = encoder.encode(text);
  try {
    for (let written = 0; written < bytes.length;) {
      written += stream.writeSync(bytes.subarray(written));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
