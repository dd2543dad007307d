import assert from "node:assert/strict";
import { findElsewhere } from "../../../../lib/web/page/elsewhere.ts";
import { pure } from "../../../support/pure.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 29) + seconds * 1000).toISOString();
const LEFT_MS = Date.parse(at(100));
const known = { key: "12345678-9abcdef0", segkind: "tui", title: "vim", since: at(0) };
const row = (id: number, more: object = {}) => ({
  ...known,
  id,
  ident: "",
  content: "text",
  width: 1,
  height: 1,
  frames: 1,
  address: "192.0.2.1:5",
  since: at(95),
  state: "active",
  segments: 1,
  ...more,
});

pure("a client is found again at other hosts by its key and kind, when it came since", () => {
  const others = [
    row(1, { key: "0" }),
    row(2, { segkind: "application" }),
    row(3, { since: at(80) }),
    row(4),
  ];
  const lists = [
    { host: "a-00000000", clients: [row(5)] },
    { host: "b-00000000", clients: others },
    { host: undefined, clients: [] },
  ];
  assert.deepEqual(findElsewhere(known, "a-00000000", LEFT_MS, lists), [{
    host: "b-00000000",
    id: 4,
  }]);
  assert.deepEqual(findElsewhere(known, "c-00000000", LEFT_MS, lists).map(({ id }) => id), [5, 4]);
});

pure(
  "a client that was there before this one is another, also when this one has left at once",
  () => {
    const clients = [row(1, { since: at(99) })];
    const lists = [{ host: undefined, clients }];
    const find = (since: string) =>
      findElsewhere({ ...known, since }, "a-00000000", LEFT_MS, lists);
    assert.equal(find(at(98)).length, 1);
    assert.equal(find(at(99)).length, 0);
  },
);

pure("of several clients with the same key those with the same title are meant", () => {
  const clients = [row(1, { title: "htop" }), row(2), row(3, { title: "mutt" })];
  const find = (title: string) =>
    findElsewhere({ ...known, title }, "a-00000000", LEFT_MS, [{ host: undefined, clients }]);
  assert.deepEqual(find("vim"), [{ host: undefined, id: 2 }]);
  assert.equal(find("emacs").length, 3);
});
