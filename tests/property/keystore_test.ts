/** Arbitrary files, round trips, and enrolment under any order of events. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { isLowOrder } from "../../lib/crypto/x25519.ts";
import {
  formatAccepted,
  formatHostAddress,
  formatHostKey,
  formatKey,
  parseAccepted,
  parseHostAddress,
  parseHostKeys,
} from "../../keystore/format.ts";
import {
  EnrolmentSlots,
  type EnrolmentStore,
  type Places,
  type Reservation,
} from "../../keystore/mod.ts";
import { changeConditions, isCondition, NO_CONDITIONS } from "../../keystore/conditions.ts";
import { parseNetwork } from "../../lib/networks.ts";
import { admitsName, requireTags, splitTags } from "../../keystore/tags.ts";
import { places, testKey } from "../support/keystore.ts";

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((it) => !isLowOrder(it));
const tag = fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/);
const tags = fc.oneof(fc.constant(["*"]), fc.uniqueArray(tag, { minLength: 1, maxLength: 5 }));
const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
const port = fc.integer({ min: 1, max: 65_535 });
/** Random text, lines that are nearly good, and good lines. */
const line = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.tuple(fc.string(), fc.constantFrom(" ", "\t", "  ", ""), fc.base64String(), fc.string())
    .map((parts) => parts.join("")),
  fc.tuple(tags, key).map(([names, publicKey]) => formatAccepted(names, publicKey).trimEnd()),
);
const text = fc.array(line).map((lines) => lines.join("\n"));

Deno.test({
  name: "parsing any text throws nothing, and every parsed key is usable",
  permissions: "none",
  fn() {
    fc.assert(fc.property(text, (content) => {
      const { value, warnings } = parseAccepted(content, "x");
      if (value !== undefined) {
        assert.equal(value.publicKey.length, 32);
        assert.ok(!isLowOrder(value.publicKey));
        const [word = ""] = content.split("\n")[value.line - 1]!.split(/[ \t]/);
        assert.deepEqual(word.split(",").filter((part) => !isCondition(part)), value.tags);
      }
      for (const it of warnings) assert.ok(it.line! >= 1 && it.line! <= content.split("\n").length);
      for (const it of parseHostKeys(content, "x").value) {
        assert.ok(it.port >= 1 && it.port <= 65_535 && it.host !== "");
      }
    }));
  },
});

/** Conditions as the command line can set them. */
const network = fc.oneof(
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
  fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
).map(([address, bits]) => {
  const parsed = parseNetwork(`${address}/${bits}`);
  if (typeof parsed !== "string") return parsed;
  // The sentence names the network without the surplus bits.
  const named = parseNetwork(parsed.split(" ").at(-1)!);
  return typeof named === "string" ? undefined : named;
}).filter((it) => it !== undefined);
const printable = fc.stringMatching(/^[!-~¡-¬®-ÿ]([ -~]{0,98}[!-~])?$/);
const conditions = fc.record({
  comment: fc.option(printable, { nil: undefined }),
  expiresMs: fc.option(fc.integer({ min: 0, max: 253_402_300_799 }).map((s) => s * 1_000), {
    nil: undefined,
  }),
  from: fc.array(network, { maxLength: 5 }),
  maxClients: fc.option(fc.integer({ min: 1, max: 4_096 }), { nil: undefined }),
}, { noNullPrototype: true });

Deno.test({
  name: "conditions that are written are read again, beside any names",
  permissions: "none",
  fn() {
    fc.assert(fc.property(tags, key, conditions, (names, publicKey, changes) => {
      const set = changeConditions(NO_CONDITIONS, changes);
      assert.deepEqual(set, changes);
      const { value, warnings } = parseAccepted(formatAccepted(names, publicKey, set), "x");
      assert.deepEqual(value, {
        tags: names,
        publicKey,
        conditions: set,
        problem: undefined,
        line: 1,
      });
      assert.ok(warnings.every(({ code }) => code === "bad-tag"));
    }));
  },
});

Deno.test({
  name: "no warning about a hostkeys file contains its key",
  permissions: "none",
  fn() {
    fc.assert(fc.property(key, fc.string({ unit: "binary" }), fc.string(), (secret, word, end) => {
      const { warnings } = parseHostKeys(`${word} ${formatKey(secret)}${end}`, "x");
      assert.ok(!JSON.stringify(warnings).includes(formatKey(secret).slice(0, 10)));
    }));
  },
});

Deno.test({
  name: "formatted lines parse to the same values, also below bad lines and with other line ends",
  permissions: "none",
  fn() {
    const rubbish = fc.constantFrom("", "# x\n", "\n", "one\n", " a b\n", "a  b\n");
    fc.assert(fc.property(tags, key, rubbish, (names, publicKey, before) => {
      requireTags(names);
      const written = before + formatAccepted(names, publicKey);
      for (const content of [written, written.trimEnd(), written.replaceAll("\n", "\r\n")]) {
        const { value } = parseAccepted(content, "x");
        assert.deepEqual([value!.tags, value!.publicKey], [names, publicKey]);
      }
    }));
    fc.assert(fc.property(host, port, key, (name, number, privateKey) => {
      const written = { host: name, port: number, privateKey };
      assert.deepEqual(parseHostKeys(formatHostKey(written), "x"), {
        value: [written],
        warnings: [],
      });
      const address = { host: name, port: number };
      assert.deepEqual(parseHostAddress(formatHostAddress(address)), address);
    }));
  },
});

Deno.test({
  name: "a key accepted for a name is accepted without a name, except for outbound names",
  permissions: "none",
  fn() {
    fc.assert(fc.property(fc.string(), tag, (word, name) => {
      fc.pre(!/^outbound(-|$)/.test(name));
      if (admitsName(splitTags(word), name)) assert.ok(admitsName(splitTags(word), undefined));
    }));
  },
});

/** A store in memory; `enrol` waits for `answer`. */
class MemoryStore implements EnrolmentStore {
  readonly keys = new Set<string>();
  readonly #waiting: (() => void)[] = [];
  failing = false;

  spentPlaces(): number {
    return this.keys.size;
  }

  async enrol({ count }: Places, publicKey: Uint8Array) {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.failing) throw new Error("disk full");
    const text = formatKey(publicKey);
    const added = !this.keys.has(text);
    assert.ok(!added || this.keys.size < count, "more keys than places");
    this.keys.add(text);
    return { added, spent: this.keys.size };
  }

  accepts(publicKey: Uint8Array) {
    return this.keys.has(formatKey(publicKey))
      ? {
        accepted: true as const,
        entry: { file: "x", tags: [], publicKey, conditions: NO_CONDITIONS, problem: undefined },
        comment: undefined,
        maxClients: undefined,
      }
      : { accepted: false as const, code: "unknown-key" as const };
  }

  answer(): void {
    this.#waiting.shift()?.();
  }

  answerAll(): void {
    while (this.#waiting.length > 0) this.answer();
  }
}

const step = fc.oneof(
  fc.record({ do: fc.constant("offer" as const), key: fc.integer({ min: 0, max: 7 }) }),
  fc.record({ do: fc.constantFrom("commit", "release", "answer", "fail", "work"), at: fc.nat() }),
);

Deno.test("under any order of events, no more keys are enrolled than there are places, and no place is lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step), fc.integer({ min: 0, max: 4 }), async (steps, count) => {
      const store = new MemoryStore();
      const slots = new EnrolmentSlots(store, places("demo", count));
      const open: Reservation[] = [];
      const outcomes: Promise<unknown>[] = [];
      for (const it of steps) {
        if ("key" in it) {
          const reservation = slots.reserve(testKey(it.key));
          if (reservation !== undefined) open.push(reservation);
        } else if (it.do === "commit" || it.do === "release") {
          const [reservation] = open.splice(it.at % Math.max(open.length, 1), 1);
          if (it.do === "release") reservation?.release();
          else if (reservation) outcomes.push(reservation.commit().catch(() => "refused"));
        } else if (it.do === "answer") {
          store.answer();
          for (let turn = 0; turn < 8; turn++) await Promise.resolve();
        } else {
          store.failing = it.do === "fail";
        }
        assert.ok(slots.free >= 0 && slots.spent <= count && store.keys.size <= count);
      }
      store.failing = false;
      for (const reservation of open) reservation.release();
      const all = Promise.all(outcomes);
      for (let turn = 0; turn < 200; turn++) {
        store.answerAll();
        await Promise.resolve();
      }
      await all;
      assert.equal(slots.spent, store.keys.size);
      assert.equal(slots.free, count - slots.spent);
    }),
  );
});
