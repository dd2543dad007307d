/**
 * Standard output as a stream that takes large writes.
 *
 * @module
 */

import { OUTPUT_BATCH_UNITS, OUTPUT_PIECE_BYTES } from "../limits.ts";
import type { OutputStream } from "./output.ts";

const PATH = "/proc/self/fd/1";

/** A stream, and the most bytes that one write may give it. */
interface OutputTarget {
  readonly stream: OutputStream;
  readonly pieceBytes: number;
}

/**
 * Files and `/dev/null` take a large write as a whole. A pipe is opened anew, where Linux and the
 * permissions of Deno allow it: programs that share a pipe share whether it blocks as well; this end is
 * ours alone and blocks, so it takes a large write as a whole too.
 */
export function standardOutput(): OutputTarget {
  try {
    const isPermitted =
      Deno.permissions.querySync({ name: "read", path: PATH }).state === "granted";
    if (isPermitted) {
      const target = Deno.readLinkSync(PATH);
      const large = { pieceBytes: OUTPUT_BATCH_UNITS };
      // A named pipe would block here until something reads it.
      if (target.startsWith("pipe:")) {
        return { stream: Deno.openSync(PATH, { write: true }), ...large };
      }
      if (target === "/dev/null" || Deno.statSync(PATH).isFile) {
        return { stream: Deno.stdout, ...large };
      }
    }
  } catch {
    // Another system, or not all that Deno wants for this path is permitted.
  }
  return { stream: Deno.stdout, pieceBytes: OUTPUT_PIECE_BYTES };
}
