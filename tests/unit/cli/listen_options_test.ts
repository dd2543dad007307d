import assert from "node:assert/strict";
import { Command } from "commander";
import { addListenOptions, h264Of, type ListenFlags } from "../../../lib/cli/listen_options.ts";

const CASES: readonly [args: string, mode: string][] = [
  ["", "cancel"],
  ["--web", "pass"],
  ["--web --json", "pass"],
  ["--web --h264 decode", "decode"],
  ["--web --h264 cancel", "cancel"],
  ["--web --view", "cancel"],
  ["--web --record DIR", "cancel"],
  ["--web --snapshot DIR", "cancel"],
  ["--web --pipe cat", "cancel"],
  ["--web --handler FILE", "cancel"],
  ["--handler FILE --h264 pass", "pass"],
];

for (const [args, mode] of CASES) {
  Deno.test(`H.264 with ${JSON.stringify(args)}: ${mode}`, () => {
    const command = addListenOptions(new Command("listen"));
    command.parse(args.split(" ").filter((arg) => arg !== ""), { from: "user" });
    assert.equal(h264Of(command.opts() as ListenFlags), mode);
  });
}
