/** Sound against what the sink of the reference made of it, built without its encryption. */
import assert from "node:assert/strict";
import type { AudioChunk } from "../../lib/decoders/audio.ts";
import vectors from "../vectors/events/audio-plain.json" with { type: "json" };
import { APPLICATION, Fixture } from "../support/segment_fixture.ts";

const DATA_HEAD_BYTES = 7;

for (const vector of vectors.cases) {
  Deno.test(`sound: ${vector.label}`, { permissions: "none" }, () => {
    const fixture = new Fixture({ kind: APPLICATION });
    const chunks: AudioChunk[] = [];
    fixture.source.onAudio = (chunk) => void chunks.push(chunk);
    for (const { type, body_b64 } of vector.source_packets) {
      const body = Uint8Array.fromBase64(body_b64);
      if (type === 1) fixture.controlBytes(body);
      else {
        const stream = new DataView(body.buffer).getUint32(1, true);
        fixture.data("audio", stream, body.subarray(DATA_HEAD_BYTES), body[0]);
      }
      fixture.deliver();
    }
    const { channels, rate, written_b64: written } = vector.reference_sink;
    const bytes = chunks.flatMap((
      { samples },
    ) => [...new Uint8Array(samples.buffer).subarray(0, samples.byteLength)]);
    assert.equal(Uint8Array.from(bytes).toBase64(), written);
    for (const chunk of chunks) {
      assert.equal(chunk.channels, channels);
      assert.equal(chunk.rate, rate);
    }
    assert.deepEqual(fixture.faults, []);
  });
}
