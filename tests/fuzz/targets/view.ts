import assert from "node:assert/strict";
import { encodeUtf8 } from "../../../lib/bytes/text.ts";
import { CALLABLE_VERBS } from "../../../lib/web/views/call.ts";
import { ViewedFixture } from "../../support/viewed_fixture.ts";
import type { Target } from "../target.ts";

const decoder = new TextDecoder();

/**
 * Messages of a viewer, one a line; the last one is binary when the first byte is odd. A wrong one ends
 * its view with a reason, and nothing else ends it; the client and the other view go on.
 */
export const viewerMessages: Target = {
  name: "viewer messages",
  corpus: [
    '{"type":"hello","h264":false}',
    '{"type":"ack","seq":1}\n{"type":"pause","on":true}\n{"type":"pause","on":false}',
    '{"type":"typed","segment":101,"data":"ls\\r\\u001b[A\\u001b[<0;3;4M\\u001b"}',
    '{"type":"size","width":640,"height":480}\n{"type":"size","width":8192,"height":1}',
    '{"type":"call","segment":101,"verb":"moveMouse","args":[3,4]}',
    '{"type":"call","segment":101,"verb":"targetInput","args":[{"kind":"digital","subid":1}]}',
    '{"type":"call","segment":101,"verb":"restoreTarget","args":[{"base64":"AAAA"}]}',
    '{"type":"call","segment":102,"verb":"deleteImage","args":["bye"]}',
    ...CALLABLE_VERBS.map((verb) =>
      `{"type":"call","segment":101,"verb":"${verb}","args":[1,"x",{"name":null}]}`
    ),
  ].map(encodeUtf8),
  run: (input) => {
    using viewed = new ViewedFixture();
    const other = viewed.view();
    const viewer = viewed.view();
    const lines = decoder.decode(input).split("\n");
    lines.forEach((line, at) => {
      const isBinary = at === lines.length - 1 && input[0]! % 2 === 1;
      viewer.give(isBinary ? input : line);
    });
    const [error, ...more] = viewer.all("error");
    assert.deepEqual(more, []);
    assert.equal(viewer.end?.fault, error?.error);
    if (error !== undefined) {
      assert.equal(viewer.told.at(-1), error);
      assert.equal(error.code, "bad-message");
    }
    assert.equal(other.end, undefined);
    assert.equal(viewed.taps.size, 1);
    viewed.fixture.deliver();
  },
};
