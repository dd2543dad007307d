import assert from "node:assert/strict";
import { LogFile } from "../../../lib/cli/log_file.ts";
import { OUTPUT_PIECE_BYTES } from "../../../lib/limits.ts";
import { inDirectory } from "../../support/directory.ts";

function openFilesOf(path: string): number {
  const links = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`);
    } catch {
      return undefined; // The descriptor of the directory that is being read.
    }
  });
  return links.filter((link) => link === path).length;
}

Deno.test({
  name: "a log file that is opened again and again during a write is open once",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inDirectory(async (directory) => {
      const path = `${directory}/log`;
      const fail = () => assert.fail("a line was lost");
      const logFile = new LogFile(path, { failed: fail, lost: fail });
      const line = `${"x".repeat(OUTPUT_PIECE_BYTES)}\n`;
      for (let round = 0; round < 20; round++) {
        logFile.write(line);
        // A write begins within a few microtasks, and ends after this turn.
        for (let step = 0; step < round; step++) await Promise.resolve();
        for (let count = 0; count < 3; count++) logFile.reopen();
      }
      await logFile.close();
      assert.equal(openFilesOf(path), 0);
      assert.equal(Deno.readTextFileSync(path), line.repeat(20));
    }),
});
