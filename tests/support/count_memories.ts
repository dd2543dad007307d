// Run by `tests/unit/decoders/simd_test.ts` with the garbage collector exposed: prints how many memories
// the surfaces of many clients made, and how many bytes of them are left when all have ended. A reader
// sees every other client.

import { VideoStream } from "../../lib/decoders/video_stream.ts";
import { compressedFrame, show } from "../unit/decoders/frames.ts";

const CLIENTS = 120;
const SIZES = 3;

const made: WeakRef<WebAssembly.Memory>[] = [];
const { Memory } = WebAssembly;
Object.assign(WebAssembly, {
  Memory: function (descriptor: WebAssembly.MemoryDescriptor) {
    const memory = new Memory(descriptor);
    made.push(new WeakRef(memory));
    return memory;
  },
});

const content = new Uint8Array(1_000 * 1_000 * 3);
for (let client = 0; client < CLIENTS; client++) {
  const stream = new VideoStream();
  for (let size = 0; size < SIZES; size++) {
    const surfaceWidth = 400 + (client * 131 + size * 397) % 600;
    const surfaceHeight = 400 + (client * 71 + size * 211) % 600;
    const { header, payload } = compressedFrame(
      content.subarray(0, surfaceWidth * surfaceHeight * 3),
      { surfaceWidth, surfaceHeight },
    );
    show(stream, header, payload);
  }
  if (client % 2 === 0) void stream.surface.pixels;
  stream.close();
}
// What a job has touched stays alive until it ends.
await new Promise((resolve) => setTimeout(resolve, 0));
(globalThis as unknown as { gc(): void }).gc();
// The first memory is that of the content.
const [, ...canvases] = made.map((each) => each.deref()?.buffer.byteLength ?? 0);
console.log(JSON.stringify({
  made: canvases.length,
  left: canvases.reduce((sum, sizeBytes) => sum + sizeBytes, 0),
}));
