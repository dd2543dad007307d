/** What `listen` loads before it tells its port, and after. */

import assert from "node:assert/strict";
import { MAIN, Output } from "../support/listening.ts";

/** Loaded with the options that need them. */
const FEATURES = /\/lib\/(fleet|web\/views\/views|workers|source)|@nats-io/;
/** Needed by requests, which may come after an update has replaced the files. */
const REST = /\/lib\/control\/http\.ts[^]*\/lib\/handlers\/record\/recorder\.ts/;

Deno.test("listen tells its port before it loads what it does not need for that", async () => {
  const directory = await Deno.makeTempDir({ prefix: "start-test-" });
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--log-level=debug", MAIN, "listen", "demo", "127.0.0.1", "0"],
    env: { NO_COLOR: "1", ARCAN_STATEPATH: directory, RUNTIME_DIRECTORY: directory },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [out, err] = [new Output(process.stdout), new Output(process.stderr)];
  await err.until(/^listening on /m);
  await err.until(REST);
  process.kill("SIGINT");
  assert.equal((await process.status).code, 0);
  await out.rest();
  const [before, after] = (await err.rest()).split(/^listening on /m);
  const loaded = (text: string) =>
    [...text.matchAll(/fetch_no_follow - specifier: (.*)/g)].map(([, specifier]) => specifier!);
  assert.ok(loaded(before!).some((each) => each.endsWith("/lib/net/listener.ts")), before);
  assert.deepEqual(loaded(before!).filter((each) => FEATURES.test(each)), []);
  assert.ok(!REST.test(before!));
  assert.match(after!, REST);
  await Deno.remove(directory, { recursive: true });
});
