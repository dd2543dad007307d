import assert from "node:assert/strict";
import { Viewing } from "../../../support/viewing.ts";

Deno.test("a text client is drawn for each viewer, and only what changed after that", async () => {
  await using viewing = await Viewing.start("tui");
  const { source, id } = viewing;
  await source.showText("hello, world", "a second line that is long enough to count");
  const viewer = viewing.view();
  await viewer.untilText(id, 1, "a second line");
  const whole = viewer.bytes;
  await source.showText("hello, World", "a second line that is long enough to count");
  await viewer.untilText(id, 0, "hello, World");
  assert(viewer.bytes - whole < whole / 2, "one cell is less than all");
  const later = viewing.view();
  await later.untilText(id, 0, "hello, World");
});

Deno.test("what is typed in a view arrives at the client", async () => {
  await using viewing = await Viewing.start("tui");
  const { source, id } = viewing;
  const viewer = viewing.view();
  viewer.say({ type: "typed", segment: id, data: "ls -l\rł" });
  await source.until(() => source.typed === "ls -l\nł");
  viewer.say({ type: "call", segment: id, verb: "paste", args: ["pasted"] });
  await source.until(() => source.typed.endsWith("pasted"));
  viewer.say({ type: "size", width: 640, height: 320 });
  await source.until(() => source.sizes.some(([width, height]) => width === 640 && height === 320));
});
