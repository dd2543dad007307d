// Clients that break the rules: each is refused with a reason of its own, in one line, and hurts nobody.

import assert from "node:assert/strict";
import { fingerprint } from "../../lib/crypto/fingerprint.ts";
import { Bench } from "../support/listen.ts";
import type { LogLine } from "../support/log_book.ts";
import { AFTER_LOGIN } from "./hostile_after_login.ts";
import type { Attack } from "./hostile_attack.ts";
import { BEFORE_LOGIN } from "./hostile_before_login.ts";

for (const [name, attack] of Object.entries(BEFORE_LOGIN)) {
  Deno.test(`refused before the login: ${name}`, () => run(attack, false));
}
for (const [name, attack] of Object.entries(AFTER_LOGIN)) {
  Deno.test(`ended after the login: ${name}`, () => run(attack, true));
}

/** Runs an attack beside a good client. */
async function run(attack: Attack, isLoggedIn: boolean): Promise<void> {
  await using bench = await Bench.start(attack.bench);
  const secret = attack.bench?.secret?.split(":")[1];
  const withSecret = secret === undefined ? {} : { secret };
  using good = await bench.login(withSecret);

  const key = await bench.addKey();
  using client = await bench.raw({ key, ...attack.peer });
  const { address } = client;
  const lines = () => bench.log.lines.filter(({ fields }) => fields["client"] === address);
  const reports = () => lines().filter(({ level }) => level === "warn" || level === "error");
  if (isLoggedIn) {
    await client.login();
    await bench.until(() => bench.listener.clients.length === 2, "the login");
    await client.answers(1);
  }
  const before = lines().length;
  await attack.act({ client, bench, key });
  await bench.until(() => reports().length > 0, `the refusal ${attack.code}`);
  await client.untilClosed();

  const [line] = reports();
  const claimed = attack.code === "not-proven" ? key : client.peer.key;
  checkLine(line!, attack.code, attack.namesKey ? fingerprint(claimed.publicKey) : undefined);
  const calls = bench.calls.filter((call) => call.client === address);
  if (isLoggedIn) await checkEnd(bench, attack.code);
  else assert.deepEqual(calls, [], "no handler is called");

  await good.roundTrip(bench);
  using another = await bench.login(withSecret);
  await another.roundTrip(bench);
  assert.equal(reports().length, 1, "one line, and no other");
  assert.equal(lines().length, before + 1);
}

function checkLine(line: LogLine, code: string, key: string | undefined): void {
  assert.equal(line.fields["reason"], code);
  assert.equal(line.fields["key"], key, "the key that was claimed");
  assert.ok(String(line.fields["detail"]).length > 10, "it says what happened");
}

/** The client is told off once, as the last thing. */
async function checkEnd(bench: Bench, code: string): Promise<void> {
  const ended = () => bench.calls.find(({ status }) => status.kind === "terminated");
  await bench.until(() => ended() !== undefined, "terminated");
  const { id, status } = ended()!;
  assert.ok(status.kind === "terminated");
  assert.equal(status.last_words, code);
  const kinds = bench.kindsBySource().get(id)!;
  assert.equal(kinds.filter((kind) => kind === "terminated").length, 1);
  assert.equal(kinds.at(-1), "terminated");
}
