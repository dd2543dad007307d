/** Runs the case of one rule beside another client, and compares what comes of it. */

import assert from "node:assert/strict";
import { fingerprint } from "../../lib/crypto/fingerprint.ts";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { REGISTER } from "../support/pair.ts";
import type { RawClient } from "../support/clients.ts";
import type { RawPeer } from "../support/raw_peer.ts";
import type { Line, RulesListener } from "./listener.ts";
import type { Fields, KeyName, Outcome, Rule, Scene } from "./rule.ts";

/** The most that fits one message. */
const PART_BYTES = 77;
/** The client asks for an answer by this message, and gets `!`. */
const QUESTION = "?";

/**
 * Runs the case of a rule.
 *
 * @param other A client that is logged in and must live on.
 * @throws When something else comes of it.
 */
export async function check(
  { key: keyName = "accepted", login = "direct", segkind = REGISTER.segkind, ...rule }: Rule,
  listener: RulesListener,
  keys: Readonly<Record<KeyName, PrivateKey>>,
  other: RawClient,
): Promise<void> {
  const key = keys[keyName];
  const { secret, role } = rule;
  using client = await listener.connect({
    key,
    ...(secret !== undefined && { secret }),
    ...(role !== undefined && { role }),
  });
  using extra = new DisposableStack();
  if (login !== "none") {
    if (login === "ephemeral") await ephemeralRound(client);
    await client.send(client.peer.hello().take());
    await client.answers();
    if (segkind !== "none") {
      await register(client, segkind);
      const isReady = () => recordsOf(listener, client).at(-1)?.["kind"] === "privdrop";
      await listener.records.until(isReady, "record of the registration");
    }
  }
  client.peer.answers.length = 0;
  const before = recordsOf(listener, client).length;
  const scene: Scene = {
    client,
    peer: client.peer,
    keys,
    connect: async (name) =>
      extra.use(
        await listener.connect({ key: keys[name], ...(secret !== undefined && { secret }) }),
      ),
    call: (verb, ...args) => call(client.peer, verb, args),
  };
  await rule.act?.(scene);
  await client.send(client.peer.take());
  await judge(rule.expect, { listener, client, before, keys, key });
  await roundTrip(listener, other);
}

/** Logs a client in that shows that the process lives. */
export async function logInOther(listener: RulesListener, key: PrivateKey, secret?: string) {
  const client = await listener.connect({ key, ...(secret !== undefined && { secret }) });
  await ephemeralRound(client);
  await client.send(client.peer.hello().take());
  await client.answers();
  await register(client, REGISTER.segkind);
  return client;
}

export async function ephemeralRound(client: RawClient): Promise<void> {
  await client.send(client.peer.ephemeralHello().take());
  await client.answers();
}

async function register(client: RawClient, segkind: number): Promise<void> {
  await client.send(client.peer.event({ ...REGISTER, segkind }).take());
  await client.readUntil(() => client.peer.answers.some((it) => isEvent(it, "activate")));
  // A terminal gets its size once more behind ACTIVATE.
  const isText = segkind === 5 || segkind === 24;
  const isSized = () => isEvent(client.peer.answers.at(-1)!, "displayhint");
  if (isText) await client.readUntil(isSized);
}

function isEvent(answer: object, kind: string): boolean {
  return "kind" in answer && answer.kind === kind;
}

function call(peer: RawPeer, verb: string, args: readonly unknown[]): void {
  const text = new TextEncoder().encode(`!${JSON.stringify([verb, ...args])}`);
  for (let at = 0; at < text.length; at += PART_BYTES) {
    const multipart = at + PART_BYTES < text.length ? 1 : 0;
    const message = text.subarray(at, at + PART_BYTES);
    peer.event({ category: "external", kind: "message", message, multipart });
  }
}

interface Case {
  readonly listener: RulesListener;
  readonly client: RawClient;
  /** How many records there were before the case. */
  readonly before: number;
  readonly keys: Readonly<Record<KeyName, PrivateKey>>;
  readonly key: PrivateKey;
}

async function judge(expect: Outcome, it: Case): Promise<void> {
  const { listener, client, before } = it;
  const { address } = client;
  const reports = () =>
    listener.log.of(address).filter(({ level, event }) =>
      (level === "warn" || level === "error") && event !== "stream-refused"
    );
  const untilLast = async (words: string) => {
    const last = () => recordsOf(listener, client).findLast((one) => one["segment"] === "primary");
    await listener.records.until(() => last()?.["kind"] === "terminated", "terminated");
    assert.equal(last()!["last_words"], words);
    const ends = recordsOf(listener, client).filter((one) =>
      one["segment"] === "primary" && one["kind"] === "terminated"
    );
    assert.equal(ends.length, 1, "it ends once");
  };
  if ("refused" in expect || "ended" in expect) {
    const reason = "refused" in expect ? expect.refused : expect.ended;
    await listener.log.until(() => reports().length > 0, `line with the reason ${reason}`);
    await client.untilClosed();
    const [line, ...more] = reports();
    assert.equal(line!["reason"], reason, `the reason in ${JSON.stringify(line)}`);
    assert.ok(String(line!["detail"]).length > 10, "the line says what happened");
    assert.deepEqual(more, [], "one line and no other");
    const claimed = "ended" in expect ? it.key : expect.key && it.keys[expect.key];
    assert.equal(line!["key"], claimed && fingerprint(claimed.publicKey), "the claimed key");
    if ("ended" in expect) return await untilLast(reason);
    assert.deepEqual(recordsOf(listener, client), [], "no handler is called");
    return;
  }
  if ("closed" in expect) {
    const events = () => listener.log.of(address).map(({ event }) => event);
    await listener.log.until(() => events().includes(expect.closed), expect.closed);
    await client.untilClosed();
    assert.deepEqual(recordsOf(listener, client), [], "no handler is called");
    return;
  }
  if ("left" in expect) {
    await untilLast(expect.left);
    await client.untilClosed();
    assert.deepEqual(reports(), []);
    return;
  }
  const { records = [], answers = [], stream } = expect;
  const since = () => recordsOf(listener, client).slice(before);
  await ask(client);
  await listener.records.until(() => since().some(isQuestion), "record of the question");
  // A transfer is told when its reader has all of it, which may be later.
  for (const { kind } of records.filter(({ kind }) => kind === "transfer")) {
    await listener.records.until(() => since().some((one) => one["kind"] === kind), `${kind}`);
  }
  compare(since().filter((record) => !isQuestion(record)), records, "records");
  compare(client.peer.answers.slice(0, -1), answers, "answers");
  const refused = () =>
    listener.log.of(address).filter(({ event }) => event === "stream-refused").map((line) =>
      line["reason"]
    );
  if (stream !== undefined) await listener.log.until(() => refused().length > 0, stream);
  assert.deepEqual(refused(), stream === undefined ? [] : [stream]);
  assert.deepEqual(reports(), []);
}

function isQuestion(record: Line): boolean {
  return record["message"] === QUESTION;
}

/** Waits until all packets were taken and all answers have come. */
async function ask(client: RawClient): Promise<void> {
  const { peer } = client;
  const question = { category: "external", kind: "message", message: QUESTION } as const;
  await client.send(peer.event(question).take());
  const isAnswer = () => peer.answers.some((it) => isEvent(it, "message") && textOf(it) === "!");
  await client.readUntil(isAnswer);
}

function textOf(answer: object): string | undefined {
  if (!("message" in answer) || !(answer.message instanceof Uint8Array)) return undefined;
  return new TextDecoder().decode(answer.message);
}

let trips = 0;

/** Has a client say something, and waits until its handler has it. */
async function roundTrip(listener: RulesListener, client: RawClient): Promise<void> {
  const message = `${++trips}`;
  await client.send(client.peer.event({ category: "external", kind: "ident", message }).take());
  await listener.records.until(
    () => listener.records.of(client.address).at(-1)?.["message"] === message,
    "record of the other client",
  );
}

function recordsOf(listener: RulesListener, { address }: RawClient): readonly Line[] {
  return listener.records.of(address);
}

function compare(
  actual: readonly object[],
  expected: readonly Fields[],
  what: string,
): void {
  const isEqual = actual.length === expected.length &&
    actual.every((one, at) => matches(one, expected[at]));
  assert.ok(isEqual, `${what}: ${show(actual)}; expected ${show(expected)}`);
}

/** Whether a value has all that is expected; texts may be bytes. */
function matches(actual: unknown, expected: unknown): boolean {
  if (typeof expected === "function") return expected(actual) === true;
  if (actual instanceof Uint8Array && typeof expected === "string") {
    return new TextDecoder().decode(actual) === expected;
  }
  if (typeof expected !== "object" || expected === null) return Object.is(actual, expected);
  if (typeof actual !== "object" || actual === null) return false;
  return Object.entries(expected).every(([name, value]) =>
    matches((actual as Record<string, unknown>)[name], value)
  );
}

function show(value: unknown): string {
  return JSON.stringify(
    value,
    (_, it) =>
      typeof it === "bigint" || typeof it === "function"
        ? String(it)
        : it instanceof Uint8Array
        ? it.toHex()
        : it,
  );
}
