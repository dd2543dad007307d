import assert from "node:assert/strict";
import {
  type Controlled,
  type HostViewOutput,
  type ListenerControl,
  type Operation,
  type OperationName,
  OPERATIONS,
} from "../../../lib/control/mod.ts";
import type { FleetCaller } from "../../../lib/fleet/mod.ts";
import { acrossHosts } from "../../../lib/fleet/page/page_control.ts";
import { exchangePair } from "../../support/exchange.ts";

const NAMES = Object.keys(OPERATIONS) as OperationName[];

/** Tells what was performed where. */
function performer(calls: unknown[][], where: string): Controlled {
  return Object.fromEntries(
    NAMES.map((name) => [name, (args: unknown) => {
      calls.push([where, name, args]);
      return Promise.resolve({});
    }]),
  ) as unknown as Controlled;
}

for (const name of NAMES) {
  const { params, access }: Operation = OPERATIONS[name];
  const isFar = "client" in params && access !== "manage";
  const text = isFar ? "is performed at the host of its client" : "is performed at this host alone";
  Deno.test(`clients of all hosts: ${name} ${text}`, async () => {
    const calls: unknown[][] = [];
    const own = performer(calls, "here") as ListenerControl;
    const caller = { controlled: (host: string) => performer(calls, host) } as FleetCaller;
    const { [name]: perform } = acrossHosts(own, caller, "here-00000000");
    const run = perform as (args: object) => Promise<unknown>;
    await run({ more: 1, client: "2" });
    await run({ more: 1, client: "a-12345678/2" });
    await run({ more: 1, client: "a-12345678/2/3" });
    await run({});
    assert.deepEqual(calls, [
      ["here", name, { more: 1, client: "2" }],
      isFar
        ? ["a-12345678", name, { more: 1, client: "2" }]
        : ["here", name, { more: 1, client: "a-12345678/2" }],
      ["here", name, { more: 1, client: "a-12345678/2/3" }],
      ["here", name, {}],
    ]);
  });
}

for (const rights of ["look", "drive"] as const) {
  Deno.test(`clients of all hosts: a view that may ${rights} is asked for with that access`, async () => {
    const opened: unknown[] = [];
    const own = performer([], "here") as ListenerControl;
    own.openView = (word) => {
      opened.push(["here", word]);
      return Promise.resolve({ receive() {}, close() {} });
    };
    const { caller: end, host } = exchangePair();
    const caller = {
      open(...args: unknown[]) {
        opened.push(args);
        host.sendHead({});
        return end;
      },
    } as unknown as FleetCaller;
    const control = acrossHosts(own, caller, "here-00000000");
    const output: HostViewOutput = { send() {}, ended() {}, lost() {} };
    await control.openView("2", { mode: "tile", rights }, output);
    const far = await control.openView("a-12345678/2", { mode: "tile", rights }, output);
    assert.deepEqual(opened, [
      ["here", "2"],
      ["a-12345678", rights, { kind: "view", client: "2", mode: "tile" }],
    ]);
    far.close();
  });
}
