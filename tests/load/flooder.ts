/**
 * A process that fails to log in from 100 addresses until its standard input ends: `flooder.ts PORT
 * RATE BATCH`.
 *
 * It prints a line when its first batch of connections was refused, and at the end how many there were.
 */

import { attack, loopbackAddresses, unknownKeyHello } from "../support/attacks.ts";

const [port, perSecond, batch] = Deno.args.map(Number) as [number, number, number];
const flood = {
  port,
  perSecond,
  addresses: loopbackAddresses(100),
  bytes: unknownKeyHello(),
  count: batch,
  atOnce: 100,
};
let isOver = false;
let connections = 0;
const began = performance.now();

async function run(): Promise<void> {
  while (!isOver) {
    connections += (await attack(flood)).connections;
    if (connections === batch) console.log("flooding");
  }
}

const running = run();
for await (const _ of Deno.stdin.readable);
isOver = true;
await running;
console.log(JSON.stringify({ connections, seconds: (performance.now() - began) / 1_000 }));
Deno.exit(0);
