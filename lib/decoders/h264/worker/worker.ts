/**
 * The worker that decodes the H.264 of one client, on a thread that can be terminated at any time.
 *
 * It has the permissions of the process: fewer need an unstable flag of Deno, and permissions that a
 * worker revokes are revoked for the whole process. WebAssembly isolates the decoder: the module has
 * its own memory and two imports, to copy within it and to grow it.
 *
 * @module
 */

import { StreamError } from "../../../errors.ts";
import { yuv420ToRgba } from "../yuv420.ts";
import type { DecodeAnswer, DecodeRequest, WorkerRequest } from "./messages.ts";
import { UnitDecoder } from "./unit_decoder.ts";

/** The used part of a worker's global scope. */
interface Scope {
  onmessage: (event: MessageEvent<WorkerRequest>) => void;
  postMessage(answer: DecodeAnswer, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;
const decoders = new Map<number, UnitDecoder>();

scope.onmessage = ({ data: request }) => {
  if (request.type === "forget") return void decoders.delete(request.channel);
  try {
    const rgba = decode(request);
    scope.postMessage({ rgba }, [rgba.buffer]);
  } catch (error) {
    const code = error instanceof StreamError ? error.code : "decoder-failed";
    scope.postMessage({ code, message: (error as Error).message }, []);
  }
};

function decode({ channel, picture }: DecodeRequest): Uint8Array<ArrayBuffer> {
  let decoder = decoders.get(channel);
  if (decoder === undefined || picture.isFirst) {
    decoder = new UnitDecoder(picture.decoderBytes, decoder);
    decoders.set(channel, decoder);
  }
  return yuv420ToRgba(decoder.decode(picture), picture.format);
}
