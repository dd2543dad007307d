import assert from "node:assert/strict";
import type { ClientRow } from "../../../lib/control/clients.ts";
import { findClient } from "../../../lib/control/find.ts";
import { MAX_LISTED_CLIENTS } from "../../../lib/limits.ts";

const client = (id: number, key: string) => ({ id, key, title: `client ${id}` }) as ClientRow;
const CLIENTS = [
  client(2, "3f2a-91bc-07de-55aa-c1d2"),
  client(20, "3f2a-91bd-07de-55aa-c1d2"),
  client(21, "1234-91bd-07de-55aa-c1d2"),
  client(22, "1234-91bd-07de-55aa-c1d2"),
];
const PURE = { permissions: "none" } as const;

for (
  const [word, id] of [
    ["2", 2],
    ["20", 20],
    ["3f2a-91bc", 2],
    ["3F2A91BD", 20],
    ["3f2a-91bd-07de-55aa-c1d2", 20],
  ] as const
) {
  Deno.test(`client ${word} is found`, PURE, () => {
    assert.equal(findClient(CLIENTS, word).id, id);
  });
}

for (
  const [word, code] of [
    ["3", "no-such-client"],
    ["02", "no-such-client"],
    ["3f2", "no-such-client"],
    ["3f2a", "ambiguous-client"],
    ["1234", "no-such-client"],
    ["1234-", "ambiguous-client"],
    ["----", "no-such-client"],
    ["client 2", "no-such-client"],
    ["..", "no-such-client"],
  ] as const
) {
  Deno.test(`client ${JSON.stringify(word)} is refused, and the error lists clients`, PURE, () => {
    assert.throws(
      () => findClient(CLIENTS, word),
      (error: { code: string; message: string }) => {
        return error.code === code && /\d+ \("client \d+", [0-9a-f-]{24}\)/.test(error.message);
      },
    );
  });
}

Deno.test(
  "a number is not abbreviated: another client would be ended when one has just left",
  PURE,
  () => {
    assert.throws(() => findClient(CLIENTS.slice(1), "2"), { code: "no-such-client" });
  },
);

Deno.test("an error lists only so many clients", PURE, () => {
  const many = Array.from({ length: MAX_LISTED_CLIENTS + 3 }, (_, i) => client(i + 2, "3f2a-91bc"));
  assert.throws(() => findClient(many, "1"), / and 3 more$/);
  assert.throws(() => findClient([], "1"), /there are none$/);
});
