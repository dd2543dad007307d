import assert from "node:assert/strict";
import { describeCall, programCall } from "../../../lib/cli/program_call.ts";
import { inDirectory } from "../../support/directory.ts";

const MAIN = "file:///opt/net-listen/main.ts";
const SCRIPT = `#!/bin/sh\nexec deno run --allow-all '${MAIN}' "$@"\n`;

/** Writes a command into a directory of its own. @returns The directory. */
function command(root: string, name: string, text: string, mode = 0o755): string {
  const directory = `${root}/${name}`;
  Deno.mkdirSync(directory);
  Deno.writeTextFileSync(`${directory}/net-listen`, text, { mode });
  return directory;
}

Deno.test("hints call the installed command when the shell finds it", async () => {
  await inDirectory((root) => {
    const ours = command(root, "ours", SCRIPT);
    const other = command(root, "other", SCRIPT.replace("/opt", "/home"));
    const dull = command(root, "dull", SCRIPT, 0o644);
    Deno.mkdirSync(`${root}/folder/net-listen`, { recursive: true });
    const found = [ours, `/nowhere:${root}/folder:${dull}:${ours}`, `${ours}:${other}`];
    for (const path of found) assert.equal(describeCall(path, MAIN, "/"), "net-listen", path);
    for (const path of ["", dull, `${other}:${ours}`]) {
      assert.equal(describeCall(path, MAIN, "/"), "deno run -A /opt/net-listen/main.ts", path);
    }
  });
});

Deno.test("without it hints run the file, by its name where it is", { permissions: "none" }, () => {
  assert.equal(describeCall("", MAIN, "/opt/net-listen"), "deno run -A main.ts");
  assert.equal(
    describeCall("", "file:///my%20code/main.ts", "/opt"),
    "deno run -A '/my code/main.ts'",
  );
  // Nothing asks for a permission.
  assert.match(describeCall("/usr/bin", MAIN, "/"), /^deno run -A /);
  assert.match(programCall(), /^deno run -A /);
});
