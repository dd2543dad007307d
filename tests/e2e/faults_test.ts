/** What goes wrong in handler modules outside of their calls, and in `listen` itself: it lives on. */

import assert from "node:assert/strict";
import { Listening } from "../support/listening.ts";

async function listenWith(code: string, ...flags: string[]): Promise<Listening> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, code);
  const listening = await Listening.start("--handler", path, ...flags);
  await listening.err.until(/listening on/);
  await Deno.remove(path);
  return listening;
}

/** Each way in which code fails where nobody calls it. */
const FAULTS: readonly [what: string, code: string, event: string][] = [
  ["a promise that nobody waits for", `Promise.reject(new Error("it"));`, "unhandled-rejection"],
  ["a timer", `setTimeout(() => { throw new Error("it"); });`, "uncaught-error"],
  ["a microtask", `queueMicrotask(() => { throw new Error("it"); });`, "uncaught-error"],
  ["a tick of Node", `nextTick(() => { throw new Error("it"); });`, "uncaught-error"],
  [
    "an event listener",
    `const target = new EventTarget();
     target.addEventListener("x", () => { throw new Error("it"); });
     target.dispatchEvent(new Event("x"));`,
    "uncaught-error",
  ],
  [
    "a listener for a signal",
    `Deno.addSignalListener("SIGWINCH", () => { throw new Error("it"); });
     Deno.kill(Deno.pid, "SIGWINCH");`,
    "unhandled-rejection",
  ],
  [
    "a worker",
    `new Worker("data:application/javascript,throw new Error('it')", { type: "module" });`,
    "uncaught-error",
  ],
];

Deno.test("an uncaught error is one log line and ends nothing", async () => {
  const cases = FAULTS.map(([, code], i) => `if (message === "${i}") { ${code} }`).join("\n");
  await using listening = await listenWith(
    `import { nextTick } from "node:process";
     export default { ident(client, { message }) { ${cases} } };`,
  );
  const client = await listening.connect();
  for (const [i, [what, , event]] of FAULTS.entries()) {
    client.ident(`${i}`);
    const from = listening.err.text.length;
    await listening.err.until({
      exec: (text) => new RegExp(` error ${event} .*\\bit\\b`).exec(text.slice(from)),
      toString: () => what,
    });
  }
  await client.showText("still drawing");
  await (await listening.connect()).showText("drawing as well");
  assert.equal(await listening.stop(), 0);
  const log = await listening.err.rest();
  assert.equal(log.match(/ error (uncaught|unhandled)-/g)!.length, FAULTS.length);
  assert.match(log, /error unhandled-rejection at=".*\.ts:\d+:\d+\)?" error="Error: it"$/m);
  // Deno prints the stack of a worker by itself.
  assert.doesNotMatch(log.split("Uncaught (in worker", 1)[0]!, /\n +at /, "stacks are for --debug");
});

Deno.test("repeated errors are one log line and a count, with the stack for --debug", async () => {
  await using listening = await listenWith(
    `export default {
      ident(client, { message }) {
        for (let i = 0; i < 500; i++) void fail();
        console.log("failed");
      },
    };
    async function fail() { await undefined; throw new Error("again"); }`,
    "--debug",
  );
  const client = await listening.connect();
  client.ident("fail");
  await listening.out.until(/failed/);
  await client.showText("still drawing");
  assert.equal(await listening.stop(), 0);
  const log = await listening.err.rest();
  assert.equal(log.match(/ error unhandled-rejection /g)!.length, 1);
  assert.match(log, / error error-repeated error="Error: again" times=499$/m);
  assert.match(log, / debug unhandled-rejection-stack stack="Error: again\\n +at fail /);
});

Deno.test("a timer that a handler leaves does not delay the stop", async () => {
  await using listening = await listenWith(
    `setInterval(() => {}, 1_000); export default { ident() {} };`,
  );
  await (await listening.connect()).showText("drawn");
  assert.equal(await listening.stop("SIGTERM"), 0);
});
