import assert from "node:assert/strict";
import { type AudioChunk, AudioStream } from "../../../lib/decoders/audio.ts";
import { APPLICATION, commands, Fixture } from "../../support/segment_fixture.ts";

const pure = { permissions: "none" } as const;
const STEREO = { channels: 2, encoding: 0, rate: 48_000 };

Deno.test("sound: samples that are cut anywhere come in whole groups", pure, () => {
  const bytes = Uint8Array.from({ length: 24 }, (_, i) => i);
  for (const channels of [1, 2, 3]) {
    for (let at = 0; at <= bytes.length; at++) {
      const stream = new AudioStream();
      stream.begin({ ...STEREO, channels });
      const chunks = [stream.push(bytes.subarray(0, at)), stream.push(bytes.subarray(at))];
      const samples = chunks.flatMap((chunk) => {
        assert.equal((chunk?.samples.length ?? 0) % channels, 0);
        return [...chunk?.samples ?? []];
      });
      assert.deepEqual(samples, [...new Int16Array(bytes.buffer)]);
    }
  }
});

Deno.test("sound: a chunk is the receiver's own", pure, () => {
  const stream = new AudioStream();
  stream.begin(STEREO);
  const payload = new Uint8Array([1, 0, 2, 0]);
  const chunk = stream.push(payload)!;
  payload.fill(9);
  assert.deepEqual([...chunk.samples], [1, 2]);
});

Deno.test("sound: an unknown format is cancelled once, what follows is thrown away", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const chunks: AudioChunk[] = [];
  fixture.source.onAudio = (chunk) => void chunks.push(chunk);
  const announce = (fields: object) =>
    fixture.control({ command: "audioframe", stream: 3, samples: 2, ...STEREO, ...fields });
  for (
    const fields of [{ encoding: 1 }, { channels: 0 }, { channels: 9 }, { rate: 0 }, { rate: 1e6 }]
  ) {
    announce(fields);
    fixture.data("audio", 0xbacabaca, new Uint8Array(4));
  }
  fixture.deliver();
  assert.deepEqual(fixture.faults, ["bad-audio-format"]);
  assert.deepEqual(commands(fixture.takeControls(), "cancelstream"), [
    { command: "cancelstream", channel: 0, stream: 3, reason: 1, streamType: 1 },
  ]);
  assert.deepEqual(chunks, []);
  announce({});
  fixture.data("audio", 0xbacabaca, new Uint8Array(4));
  fixture.deliver();
  assert.equal(chunks.length, 1);
});

Deno.test("sound: nobody listens, no announcement, no segment: nothing happens", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  fixture.control({ command: "audioframe", stream: 1, samples: 2, ...STEREO });
  fixture.data("audio", 0, new Uint8Array(4));
  fixture.deliver();
  fixture.source.onAudio = () => assert.fail("not for this channel");
  fixture.control({ command: "audioframe", channel: 7, stream: 1, samples: 2, ...STEREO });
  fixture.data("audio", 0, new Uint8Array(4), 7);
  fixture.deliver();
  assert.deepEqual(fixture.faults, []);
  assert.deepEqual(fixture.take(), []);
});
