import assert from "node:assert/strict";
import {
  type Arguments,
  type Controlled,
  type LinkTerms,
  type Operation,
  type OperationName,
  OPERATIONS,
  type Result,
} from "../../../lib/control/mod.ts";
import { restrict } from "../../../lib/web/rights.ts";

const NAMES = Object.keys(OPERATIONS) as OperationName[];
const OWN = 2;
const OTHER = 20;

/** What each operation takes of a link. A new operation must be added here by hand. */
const ACCESS: { readonly [K in OperationName]: Operation["access"] } = {
  operations: "look",
  listener: "look",
  list: "look",
  watch: "look",
  show: "look",
  snapshot: "look",
  files: "look",
  fetch: "look",
  limits: "look",
  stats: "look",
  metrics: "look",
  type: "drive",
  call: "drive",
  send: "drive",
  record: "drive",
  end: "drive",
  ready: "look",
  close: "manage",
  drain: "manage",
  knocks: "manage",
  accept: "manage",
  ignore: "manage",
  keys: "manage",
  log: "manage",
  recordings: "manage",
  recording: "manage",
  link: "manage",
  links: "manage",
  unlink: "manage",
};

/** Performs every operation, and remembers with what. */
class Performed {
  readonly calls: [name: string, args: Readonly<Record<string, unknown>>][] = [];
  readonly controlled = Object.fromEntries(
    NAMES.map((name) => [name, (args: Readonly<Record<string, unknown>>) => {
      this.calls.push([name, args]);
      return name === "list" ? [{ id: OWN }, { id: OTHER }] : name;
    }]),
  ) as unknown as Controlled;

  async try(terms: LinkTerms, name: OperationName, args: Record<string, unknown>): Promise<string> {
    const perform = restrict(this.controlled, terms)[name] as (args: unknown) => unknown;
    const before = this.calls.length;
    try {
      await perform(args);
    } catch (error) {
      assert.equal(this.calls.length, before, `${name} was refused and performed`);
      return (error as { code: string }).code;
    }
    assert.equal(this.calls.length, before + 1);
    return "performed";
  }
}

/** Good arguments, with a client. */
function argumentsFor(name: OperationName, client: number): Record<string, unknown> {
  return "client" in OPERATIONS[name].params ? { client: String(client) } : {};
}

for (const name of NAMES) {
  const { params }: Operation = OPERATIONS[name];
  const access = ACCESS[name];
  const isOfClient = "client" in params && name !== "link";

  Deno.test(`rights: ${name} is for ${access}, and each link permits it or not by that`, async () => {
    assert.equal(OPERATIONS[name].access, access);
    const performed = new Performed();
    const own = argumentsFor(name, OWN);
    const permitted = (is: boolean) => is ? "performed" : "not-allowed";
    assert.equal(await performed.try({ rights: "all" }, name, own), "performed");
    assert.equal(await performed.try({ rights: "look" }, name, own), permitted(access === "look"));
    const isNarrow = isOfClient || name === "list";
    for (const rights of ["look", "all"] as const) {
      const terms = { rights, client: OWN };
      const isPermitted = isNarrow && (rights === "all" || access === "look");
      assert.equal(await performed.try(terms, name, own), permitted(isPermitted), rights);
      if (!isOfClient) continue;
      const others = [OTHER, "3f2a-91bc", "02", " 2", "2 ", "", "host-12345678/2"];
      for (const client of others) {
        assert.equal(await performed.try(terms, name, { ...own, client }), "not-allowed");
      }
    }
  });
}

Deno.test("rights: a link of one client lists it alone, and watches it alone when it names none", async () => {
  const performed = new Performed();
  const one = restrict(performed.controlled, { rights: "look", client: OWN });
  const rows: Result<"list"> = await one.list({});
  assert.deepEqual(rows.map(({ id }) => id), [OWN]);
  await one.watch({} as Arguments<"watch">);
  await one.watch({ client: undefined });
  await one.watch({ client: "2" });
  assert.deepEqual(performed.calls.slice(1), Array(3).fill(["watch", { client: "2" }]));
  const all = restrict(performed.controlled, { rights: "look" });
  assert.equal((await all.list({})).length, 2);
});
