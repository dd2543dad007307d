import assert from "node:assert/strict";
import {
  admitsName,
  admitsWanted,
  requireTags,
  splitTags,
  uniteTags,
} from "../../../keystore/tags.ts";

const named: readonly [word: string, name: string, admitted: boolean][] = [
  ["demo", "demo", true],
  ["Demo", "demo", false],
  ["alpha,demo,beta", "demo", true],
  ["alpha,demo,beta", "beta", true],
  ["alpha,demo,beta", "alph", false],
  ["*", "anything", true],
  ["alpha,*", "anything", false],
  [",*", "anything", false],
  [",demo", "demo", true],
  [",", "", false],
  ["outbound", "demo", false],
];

for (const [word, name, admitted] of named) {
  Deno.test({
    name: `a key with ${word} is ${admitted ? "accepted" : "refused"} for ${JSON.stringify(name)}`,
    permissions: "none",
    fn: () => assert.equal(admitsName(splitTags(word), name), admitted),
  });
}

const unnamed: readonly [word: string, admitted: boolean][] = [
  ["default", true],
  ["demo", true],
  ["*", true],
  ["outbound", false],
  ["outbound-workstation", false],
  ["outbound,outbound-workstation", false],
  ["outbound,demo", true],
  ["outbounds", true],
  ["OUTBOUND", true],
  [",", false],
  [",outbound,", false],
];

for (const [word, admitted] of unnamed) {
  Deno.test({
    name: `a listener without a name ${admitted ? "takes" : "refuses"} a key with ${word}`,
    permissions: "none",
    fn: () => assert.equal(admitsName(splitTags(word), undefined), admitted),
  });
}

Deno.test({
  name: "tags are united without duplicates, and * replaces all others",
  permissions: "none",
  fn() {
    assert.deepEqual(uniteTags([], ["a", "a", "b"]), ["a", "b"]);
    assert.deepEqual(uniteTags(["", "a"], ["b"]), ["a", "b"]);
    assert.deepEqual(uniteTags(["a"], ["*"]), ["*"]);
    assert.deepEqual(uniteTags(["*"], ["a"]), ["*"]);
  },
});

Deno.test({
  name: "an empty wanted tag matches no entry",
  permissions: "none",
  fn() {
    assert.equal(admitsWanted(["*"], ""), false);
    assert.equal(admitsWanted(["", "a"], ","), false);
  },
});

const bad: readonly [tags: string[], message: RegExp][] = [
  [[], /at least one name/],
  [[""], /is empty/],
  [["a", "*"], /must be given alone/],
  [["a b"], /"a b" has the character " "/],
  [["a,b"], /has the character ","/],
  [["../x"], /has the character "\."/],
  [["é"], /has the character "é"/],
  [["x".repeat(65)], /has 65 characters; at most 64/],
];

for (const [tags, message] of bad) {
  Deno.test({
    name: `requireTags refuses ${JSON.stringify(tags).slice(0, 20)}`,
    permissions: "none",
    fn: () => assert.throws(() => requireTags(tags), { code: "bad-tag", message }),
  });
}

Deno.test({
  name: "requireTags accepts good tags",
  permissions: "none",
  fn() {
    for (const tags of [["demo"], ["*"], ["a", "b"], ["outbound-my-host"], ["x".repeat(64)]]) {
      requireTags(tags);
    }
  },
});
