import assert from "node:assert/strict";
import { APPLICATION, commands, Fixture } from "../../support/segment_fixture.ts";

Deno.test({
  name: "segments: channels are numbered from 1, none twice, 254 in all",
  permissions: "none",
  fn: () => {
    const fixture = new Fixture({ kind: APPLICATION });
    const { source } = fixture;
    for (let count = 0; count < 254; count++) source.targetAlloc("debug")!.deleteImage();
    const opened = commands(fixture.takeControls(), "newch").map(({ newChannel }) => newChannel);
    assert.deepEqual(opened, Array.from({ length: 254 }, (_, i) => i + 1));
    assert.equal(source.targetAlloc("debug"), undefined);
    assert.deepEqual(fixture.takeControls(), []);
  },
});
