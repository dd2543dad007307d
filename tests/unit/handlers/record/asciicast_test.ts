import assert from "node:assert/strict";
import { VideoStream } from "../../../../lib/decoders/video_stream.ts";
import { Asciicast } from "../../../../lib/handlers/record/asciicast.ts";
import { VIDEO_FORMAT } from "../../../../lib/wire/constants.ts";
import { AnsiScreen } from "../../../support/ansi_screen.ts";
import { playCast } from "../../../support/cast.ts";
import { assertShows, gridOf } from "../../../support/grids.ts";
import terminal from "../../../vectors/events/tpack-terminal.json" with { type: "json" };
import { assertReplays, replay } from "../../../support/xterm.ts";
import { base64, compressedFrame, show } from "../../decoders/frames.ts";

const STARTED = new Date("2026-11-23T19:37:14.250Z");

Deno.test("head, output and resize are one line each", { permissions: "none" }, () => {
  const cast = new Asciicast({ started: STARTED, title: "a \x1b[31m title" });
  const grid = gridOf("hi");
  const first = cast.lines(grid, 0.5);
  const [head, output, rest] = first.split("\n");
  assert.deepEqual(JSON.parse(head!), {
    version: 2,
    width: 2,
    height: 1,
    timestamp: 1795462634,
    title: "a \x1b[31m title",
    env: { TERM: "xterm-256color" },
  });
  const [time, code, data] = JSON.parse(output!);
  assert.deepEqual([time, code, rest], [0.5, "o", ""]);
  assert.match(data, /hi/);
  assert.equal(cast.lines(grid, 1), "", "nothing has changed");
  const resized = cast.lines(gridOf("abc", "def"), 2).split("\n");
  assert.equal(resized[0], '[2.000000, "r", "3x2"]');
  assert.equal(resized.length, 3);
});

Deno.test("the frames of a real terminal play back to the same screens", {
  permissions: "none",
}, async () => {
  const stream = new VideoStream();
  const cast = new Asciicast({ started: STARTED, title: "" });
  let lines = "";
  let frames = 0;
  for (const entry of terminal.frames) {
    if (!("tpack_b64" in entry)) continue;
    const { header, payload } = compressedFrame(base64(entry.tpack_b64!), {
      format: VIDEO_FORMAT.tpack,
      surfaceWidth: entry.surface_w!,
      surfaceHeight: entry.surface_h!,
    });
    show(stream, header, payload);
    lines += cast.lines(stream.surface.grid!, ++frames / 10);
    const screen = new AnsiScreen(1, 1);
    playCast(screen, lines);
    assertShows(screen, stream.surface.grid!, `frame ${entry.index}`);
    assertReplays(await replay(lines), stream.surface.grid!);
  }
  assert(frames > 5);
});
