/**
 * The worker that decodes the H.264 of one client, on a thread of its own that can be ended at any
 * time.
 *
 * It has the permissions of the process, as fewer can only be had with a flag of Deno that is not
 * stable, and those that it gave up itself would be gone for the process too. What keeps the decoder
 * in is WebAssembly: the module has its memory, and two functions to copy in it and to have it grow.
 *
 * @module
 */

import { StreamError } from "../../../errors.ts";
import { yuv420ToRgba } from "../yuv420.ts";
import type { DecodeAnswer, DecodeRequest, WorkerRequest } from "./messages.ts";
import { UnitDecoder } from "./unit_decoder.ts";

/** The part of a worker's global scope that is used. */
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
