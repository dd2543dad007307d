import assert from "node:assert/strict";
import { PlaceCount } from "../../../lib/fleet/places/count.ts";
import { KeystoreError } from "../../../lib/errors.ts";

const options = { permissions: "none" } as const;
const fresh = () => PlaceCount.parse(undefined, "here");
const TAKING = { revision: 7, untilMs: 100 };

Deno.test("a count reads as it was written", options, () => {
  const count = fresh();
  count.hold("a", "one", 9, 50);
  count.hold("a", "two", 9, 60);
  count.hold("b", "one", 9, 50);
  count.take("b", 9, TAKING);
  count.take("c", 9, TAKING);
  count.settle("c");
  const text = count.format();
  const again = PlaceCount.parse(text, "here");
  assert.equal(again.format(), text);
  assert.equal(again.spent, 2);
  assert.deepEqual(again.overdue(100), [["b", TAKING]]);
  assert.deepEqual(again.overdue(99), []);
});

Deno.test("a key holds its place until the last of its listeners gives it back", options, () => {
  const count = fresh();
  assert(count.hold("a", "one", 1, 50));
  assert(count.hold("a", "two", 1, 50));
  assert(!count.hold("b", "one", 1, 50));
  count.release("a", "one");
  assert(!count.hold("b", "one", 1, 50));
  count.release("a", "two");
  assert(count.hold("b", "one", 1, 50));
});

Deno.test("a reservation ends with its lease, and a taken place never", options, () => {
  const count = fresh();
  count.hold("a", "one", 2, 50);
  count.take("b", 2, TAKING);
  count.expire(49);
  assert(!count.hold("c", "one", 2, 99));
  count.expire(1000);
  assert(count.hold("c", "one", 2, 2000));
  assert(!count.hold("d", "one", 2, 2000));
});

Deno.test("a key that has lost its reservation takes a free place alone", options, () => {
  const count = fresh();
  count.hold("a", "one", 1, 50);
  assert.equal(count.take("b", 1, TAKING), undefined);
  assert.equal(count.take("a", 1, TAKING), TAKING);
  assert.equal(count.take("b", 1, TAKING), undefined);
});

Deno.test("taking and settling again change nothing", options, () => {
  const count = fresh();
  count.take("a", 2, TAKING);
  assert.equal(count.take("a", 2, { revision: 8, untilMs: 200 }), TAKING);
  count.settle("a");
  count.settle("a");
  assert.equal(count.spent, 1);
});

Deno.test("reservations for a larger number let no key more take a smaller one", options, () => {
  const count = fresh();
  count.hold("a", "one", 5, 50);
  count.hold("b", "one", 5, 50);
  assert.equal(count.take("a", 1, TAKING), TAKING);
  assert.equal(count.take("b", 1, TAKING), undefined);
  assert.equal(count.take("b", 5, TAKING), TAKING);
});

Deno.test("a damaged count is no number of places", options, () => {
  for (
    const text of [
      "",
      "{",
      "null",
      "[]",
      "7",
      '{"spent":-1,"held":{},"taken":{}}',
      '{"spent":1.5,"held":{},"taken":{}}',
      '{"spent":1,"held":null,"taken":{}}',
      '{"spent":1,"held":{"a":{"one":"x"}},"taken":{}}',
      '{"spent":1,"held":{},"taken":{"a":{"revision":1}}}',
    ]
  ) {
    assert.throws(
      () => PlaceCount.parse(text, "here"),
      (error) => error instanceof KeystoreError && error.code === "bad-line",
      text,
    );
  }
});
