/** `source.shutdown()`: how a handler ends everything in order. */

import assert from "node:assert/strict";
import { Bench } from "../support/listen.ts";
import { Listening } from "../support/listening.ts";

Deno.test("shutdown in a request refuses later clients and asks all that are there to exit", async () => {
  let requests = 0;
  await using bench = await Bench.start({
    listen: (source, status, bench) => {
      if (status.kind !== "segment_request") return;
      source.acceptTarget(bench.takeClient);
      if (++requests === 2) source.shutdown();
    },
  });
  using first = await bench.login();
  using second = await bench.connect({ key: await bench.addKey() });
  assert.ok(await second.login());
  second.register();
  await second.flush();
  for (const client of [first, second]) {
    await client.untilEvent("exit");
    client.close();
  }
  await bench.listener.finished();
  assert.deepEqual(bench.calls.at(-1)!.status, { kind: "terminated", last_words: "" });
  await assert.rejects(Deno.connect({ port: bench.listener.address.port, hostname: "127.0.0.1" }));
});

const MODULE = `
  let listener;
  export default {
    preroll(source) { if (source.role === "listener") listener = source; },
    ident() { listener.shutdown(); },
    terminated(source) { console.log(source.role, "ended"); },
  };`;
const PROGRAM = `while read -r record; do
  case $record in
    *'"role":"listener","kind":"segment_request"'*) echo '{"verb":"accept","source":1}' ;;
    *'"kind":"ident"'*) echo '{"verb":"shutdown","source":1}' ;;
    *'"kind":"terminated"'*) echo ended >&2 ;;
  esac
done`;

for (const option of ["--handler", "--pipe"]) {
  Deno.test(`shutdown by ${option} ends listen, with recordings ended and pictures written`, async () => {
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(file, option === "--handler" ? MODULE : PROGRAM);
    await using listening = await Listening.start(
      ...[option, option === "--handler" ? file : `sh ${file}`],
      ...["--record", "DIR/rec", "--snapshot", "DIR/pic"],
    );
    const client = await listening.connect();
    await client.showText("the last");
    client.ident("end");
    assert.equal((await listening.process.status).code, 0);
    const [folder] = [...Deno.readDirSync(`${listening.directory}/rec`)];
    const events = Deno.readTextFileSync(`${listening.directory}/rec/${folder!.name}/events.jsonl`);
    assert.match(events.trimEnd().split("\n").at(-1)!, /"kind":"terminated"/);
    assert.equal(Deno.readTextFileSync(`${listening.directory}/pic/2.txt`), "the last\n");
    const told = option === "--handler" ? listening.out : listening.err;
    assert.equal((await told.rest()).match(/ended$/gm)?.length, 2);
    await Deno.remove(file);
  });
}
