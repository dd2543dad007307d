import assert from "node:assert/strict";
import { FIRST_PROBE_MS, MAX_SILENCE_MS, PROBES_PER_SILENCE } from "../../../lib/limits.ts";
import { ENDS, Lifetime, type Verdict } from "../../../lib/net/lifetime.ts";
import { CurrentLimits, type ListenLimits } from "../../../lib/net/listen_limits.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

/** A client that is looked at every second. */
class Client {
  nowMs = 0;
  receivedBytes = 0;
  events = 0;
  isRead = true;
  /** Whether it answers probes. */
  answers = false;
  readonly verdicts: [seconds: number, verdict: Verdict][] = [];
  readonly #lifetime = new Lifetime(0);
  readonly #limits: ListenLimits;

  constructor(limits: Partial<ListenLimits> = {}) {
    this.#limits = new CurrentLimits(limits).all;
  }

  /** @param each What the client does in every second. */
  live(seconds: number, each: () => void = () => {}): void {
    for (let i = 0; i < seconds; i++) {
      this.nowMs += 1_000;
      each();
      const verdict = this.#lifetime.check(this.nowMs, this, this.#limits);
      if (verdict === undefined) continue;
      this.verdicts.push([this.nowMs / 1_000, verdict]);
      if (verdict !== "probe" || !this.answers) continue;
      this.receivedBytes += 100;
      this.#lifetime.answered();
    }
  }

  get ended(): Verdict | undefined {
    return this.verdicts.find(([, verdict]) => verdict !== "probe")?.[1];
  }
}

test("a client that answers probes is gone when it has given no sign of life, within two minutes", () => {
  const client = new Client();
  client.answers = true;
  client.live(3_600);
  assert.equal(client.ended, undefined);
  assert.deepEqual(client.verdicts[0], [FIRST_PROBE_MS / 1_000, "probe"]);
  client.answers = false;
  const lostMs = client.nowMs;
  client.live(120);
  const [endedAt] = client.verdicts.find(([, verdict]) => verdict === "client-gone")!;
  assert.ok(endedAt * 1_000 - lostMs <= MAX_SILENCE_MS + 2_000);
  const late = client.verdicts.filter(([at, verdict]) =>
    verdict === "probe" && at * 1_000 > lostMs && at < endedAt
  );
  assert.ok(late.length >= PROBES_PER_SILENCE - 1, "several probes had no answer");
});

test("a client that answers no probe is probed once, and left to the system", () => {
  const client = new Client();
  client.live(7_200);
  assert.deepEqual(client.verdicts, [[FIRST_PROBE_MS / 1_000, "probe"]]);
});

test("a client that sends something is not probed again", () => {
  const client = new Client();
  client.answers = true;
  client.live(3_600, () => client.receivedBytes++);
  assert.equal(client.verdicts.length, 1);
});

test("a client from which nothing is read may be silent", () => {
  const client = new Client();
  client.answers = true;
  client.live(10);
  client.answers = false;
  client.live(600, () => client.isRead = false);
  assert.equal(client.ended, undefined);
});

test("without a longest silence there are no probes", () => {
  const client = new Client({ maxSilenceMs: 0 });
  client.live(600);
  assert.deepEqual(client.verdicts, []);
});

test("a client is idle when it sends nothing but answers to probes", () => {
  const client = new Client({ maxIdleMs: 60_000 });
  client.answers = true;
  client.live(300, () => client.events++);
  assert.equal(client.ended, undefined);
  client.live(59);
  assert.equal(client.ended, undefined);
  client.live(1);
  assert.equal(client.ended, "max-idle");
});

test("a session ends after its time, whatever the client does", () => {
  const client = new Client({ maxSessionMs: 60_000, maxIdleMs: 30_000 });
  client.live(59, () => client.events++);
  assert.equal(client.ended, undefined);
  client.live(1, () => client.events++);
  assert.equal(client.ended, "max-session");
});

test("the last words about an end fit in what clients show", () => {
  const { all } = new CurrentLimits({ maxIdleMs: 31_536_000_000, maxSessionMs: 31_536_000_000 });
  for (const end of Object.values(ENDS)) assert.ok(end(all).lastWords.length <= 31);
});
