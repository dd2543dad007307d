/** Knocks: what is remembered of strangers, and how much of it. */
import assert from "node:assert/strict";
import {
  findKnock,
  formatKnocks,
  type Knock,
  KnockBook,
  parseKnocks,
} from "../../../keystore/knocks.ts";
import { fingerprint } from "../../../lib/crypto/fingerprint.ts";
import { KNOCK_MAX_AGE_MS, MAX_KNOCKS, MAX_KNOCKS_PER_NETWORK } from "../../../lib/limits.ts";
import { testKey } from "../../support/keystore.ts";

const T = Date.parse("2027-01-01T00:00:00Z");

function knock(number: number, address: string, more: Partial<Knock> = {}): Knock {
  const timeMs = T + number * 1_000;
  const [firstMs, lastMs] = [timeMs, timeMs];
  return { publicKey: testKey(number), name: "demo", address, firstMs, lastMs, count: 1, ...more };
}

function numbers(book: KnockBook): number[] {
  return book.knocks.map(({ publicKey }) => new DataView(publicKey.buffer).getUint32(0, true));
}

Deno.test({
  name: "a key that knocks again is one knock, with its count, times and latest address",
  permissions: "none",
  fn() {
    const book = new KnockBook();
    book.add(knock(1, "192.0.2.1"));
    book.add(knock(1, "2001:db8::1", { name: undefined, lastMs: T + 9_000, count: 3 }));
    assert.deepEqual(book.knocks, [
      knock(1, "2001:db8::1", { name: undefined, lastMs: T + 9_000, count: 4 }),
    ]);
    assert.deepEqual(parseKnocks(formatKnocks(book)).knocks, book.knocks);
  },
});

Deno.test(
  "a key that is ignored stays ignored when it knocks again",
  { permissions: "none" },
  () => {
    const book = parseKnocks(formatKnocks(knockBook(knock(1, "192.0.2.1", { isIgnored: true }))));
    assert.equal(book.knocks[0]!.isIgnored, true);
    book.add(knock(1, "192.0.2.2", { lastMs: T + 9_000 }));
    assert.deepEqual(book.knocks, [
      knock(1, "192.0.2.2", { lastMs: T + 9_000, count: 2, isIgnored: true }),
    ]);
    const other = knock(2, "192.0.2.1", { name: undefined });
    assert.deepEqual(parseKnocks(formatKnocks(knockBook(other))).knocks, [other]);
  },
);

function knockBook(...knocks: readonly Knock[]): KnockBook {
  const book = new KnockBook();
  for (const each of knocks) book.add(each);
  return book;
}

Deno.test({
  name: "a network with many keys displaces its own, whatever addresses it uses",
  permissions: "none",
  fn() {
    const book = new KnockBook();
    book.add(knock(0, "192.0.2.1"));
    book.add(knock(1, "2001:db8:1::1"));
    for (let i = 0; i < 1_000; i++) {
      book.add(knock(100 + i, `198.51.100.${i % 256}`));
      book.add(knock(10_000 + i, `2001:db8:2:${i}::1`));
    }
    assert.equal(book.size, 2 + 2 * MAX_KNOCKS_PER_NETWORK);
    const kept = numbers(book);
    assert.ok(kept.includes(0) && kept.includes(1));
    assert.ok(kept.includes(1_099) && kept.includes(10_999), "the latest of a network stay");
  },
});

Deno.test({
  name: "many networks displace the most crowded one, and the oldest when all are alike",
  permissions: "none",
  fn() {
    const book = new KnockBook();
    book.add(knock(0, "192.0.2.1"));
    for (let i = 1; i <= MAX_KNOCKS; i++) book.add(knock(i, `10.0.${i % 20}.1`));
    assert.equal(book.size, MAX_KNOCKS);
    assert.ok(numbers(book).includes(0), "the only one of its network stays");
    for (let i = 1_000; i < 1_000 + MAX_KNOCKS; i++) book.add(knock(i, `10.1.${i % 256}.1`));
    assert.equal(book.size, MAX_KNOCKS);
    assert.ok(!numbers(book).includes(0), "as many networks as places displace it");
  },
});

Deno.test({
  name: "a knock is forgotten when it is old, or from a time that has not come",
  permissions: "none",
  fn() {
    const book = new KnockBook();
    book.add(knock(1, "192.0.2.1"));
    book.expire(T + 1_000 + KNOCK_MAX_AGE_MS);
    assert.equal(book.size, 1);
    book.expire(T + 1_001 + KNOCK_MAX_AGE_MS);
    assert.equal(book.size, 0);
    book.add(knock(1, "192.0.2.1"));
    book.expire(T - KNOCK_MAX_AGE_MS);
    assert.equal(book.size, 0);
  },
});

Deno.test({
  name: "damaged lines of the file are left out, and a file that is too long is cut",
  permissions: "none",
  fn() {
    const book = new KnockBook();
    book.add(knock(1, "fe80::1%eth0"));
    const text = formatKnocks(book);
    const [, line = ""] = text.split("\n");
    for (const damaged of ["", "x", line.slice(1), line.replace("2027", "20x7"), `${line} x`]) {
      assert.deepEqual(parseKnocks(`${damaged}\n${line}\n`).knocks, book.knocks);
    }
    const many = Array.from({ length: 2_000 }, (_, i) => {
      const one = new KnockBook();
      one.add(knock(i, `10.${i >> 8}.${i & 255}.1`));
      return formatKnocks(one).split("\n")[1];
    });
    assert.equal(parseKnocks(many.join("\n")).size, MAX_KNOCKS);
  },
});

Deno.test({
  name: "a knock is found by as many digits as it takes, and by nothing else",
  permissions: "none",
  fn() {
    const knocks = Array.from({ length: 60 }, (_, i) => knock(i, "192.0.2.1"));
    const print = fingerprint(testKey(7));
    for (
      const prefix of [print, print.replaceAll("-", ""), print.slice(0, 9), print.toUpperCase()]
    ) {
      assert.deepEqual(findKnock(knocks, prefix), knocks[7]);
    }
    assert.deepEqual(findKnock(knocks, testKey(7).toBase64()), knocks[7]);
    const code = "no-such-key";
    // Both fingerprints begin with d9d1.
    const alike = [knock(121, "192.0.2.1"), knock(144, "192.0.2.1")];
    const message = /^2 keys that have knocked .* give more digits$/;
    assert.throws(() => findKnock(alike, "d9d1"), { code, message });
    for (const prefix of [print.slice(0, 3), "", "-----", "zzzz", "3f2a 91bc"]) {
      assert.throws(() => findKnock(knocks, prefix), {
        code,
        message: /is not the beginning of a/,
      });
    }
    assert.throws(() => findKnock([], print), { code, message: /"knocks" lists them/ });
  },
});
