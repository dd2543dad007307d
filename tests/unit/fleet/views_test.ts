import assert from "node:assert/strict";
import type { OpenView, ViewOptions, ViewOutput } from "../../../lib/control/mod.ts";
import { ControlError, FleetError } from "../../../lib/errors.ts";
import { openFarView } from "../../../lib/fleet/views/far_view.ts";
import { ServedViews } from "../../../lib/fleet/views/served_views.ts";
import {
  FLEET_WINDOW_BYTES,
  MAX_FLEET_VIEW_INPUT_BYTES,
  MAX_FLEET_VIEWS,
  MAX_WEB_WAITING_BYTES,
} from "../../../lib/limits.ts";
import { Changes } from "../../support/changes.ts";
import { exchangePair } from "../../support/exchange.ts";
import { LogBook } from "../../support/log_book.ts";
import { SeededRandom } from "../../support/random.ts";

type Message = string | Uint8Array;

/** A client's host, and a viewer at another one. */
class Rig {
  readonly log = new LogBook();
  readonly changes = new Changes();
  readonly opened: [word: string, options: ViewOptions][] = [];
  /** What the client's view has got of the viewer. */
  readonly given: Message[] = [];
  closed = 0;
  output!: ViewOutput;
  readonly views = new ServedViews((word, options, output) => {
    this.opened.push([word, options]);
    if (word === "9") throw new ControlError("no-such-client", "there is no client 9");
    if (word === "8") throw new TypeError("a defect");
    this.output = output;
    // A view says at once what it shows.
    output.send("first");
    const view: OpenView = {
      receive: (message) => {
        this.given.push(message);
        this.changes.notify();
      },
      close: () => {
        this.closed++;
        this.changes.notify();
      },
    };
    return Promise.resolve(view);
  }, this.log);

  /** Opens a view as a caller with an access does. */
  async open(head: object = { client: "2", mode: "full" }, access: "look" | "drive" = "drive") {
    const { caller, host } = exchangePair();
    caller.sendHead({ kind: "view", ...head });
    const served = host.head.then((head) => this.views.serve(host, head, access));
    const viewer = new TestOutput(this.changes);
    const view = await openFarView(caller, viewer);
    return { caller, host, served, viewer, view };
  }

  until(isTrue: () => boolean, what: string): Promise<void> {
    return this.changes.until(isTrue, () => what);
  }
}

class TestOutput implements ViewOutput {
  readonly got: Message[] = [];
  end: string | undefined;

  constructor(readonly changes: Changes) {}

  send(message: Message): void {
    assert.equal(this.end, undefined, "nothing comes after the end");
    this.got.push(message);
    this.changes.notify();
  }

  ended(fault?: string): void {
    this.#finish(fault === undefined ? "ended" : `ended: ${fault}`);
  }

  lost(why: string): void {
    this.#finish(`lost: ${why}`);
  }

  #finish(end: string): void {
    assert.equal(this.end, undefined, "it ends once");
    this.end = end;
    this.changes.notify();
  }
}

Deno.test("views between hosts: messages of any size come in order, both ways", async () => {
  const rig = new Rig();
  const { view, viewer, served } = await rig.open();
  const picture = new SeededRandom(1).bytes(FLEET_WINDOW_BYTES * 3 + 7);
  rig.output.send(picture);
  rig.output.send("é");
  await rig.until(() => viewer.got.length === 3, "three messages");
  assert.deepEqual(viewer.got, ["first", picture, "é"]);
  const paste = "x".repeat(FLEET_WINDOW_BYTES);
  for (const message of ["hello", paste, new Uint8Array([1, 2])]) view.receive(message);
  await rig.until(() => rig.given.length === 3, "three messages of the viewer");
  assert.deepEqual(rig.given, ["hello", paste, new Uint8Array([1, 2])]);
  view.close();
  await served;
  assert.equal(rig.closed, 1);
  assert.equal(viewer.end, undefined);
  view.receive("nothing comes of it");
});

Deno.test("views between hosts: the access of the caller decides what the viewer may do", async () => {
  const rig = new Rig();
  for (const access of ["look", "drive"] as const) {
    const { view, served } = await rig.open({ client: "2", mode: "tile" }, access);
    view.close();
    await served;
  }
  assert.deepEqual(rig.opened, [
    ["2", { mode: "tile", rights: "look" }],
    ["2", { mode: "tile", rights: "drive" }],
  ]);
});

for (const fault of [undefined, "", "its message is wrong"]) {
  Deno.test(`views between hosts: one ends behind its last message, with the fault ${fault}`, async () => {
    const rig = new Rig();
    const { viewer, served } = await rig.open();
    rig.output.send(new Uint8Array(FLEET_WINDOW_BYTES * 2));
    rig.output.send("last");
    rig.output.ended(fault);
    rig.output.send("nothing comes after the end");
    await rig.until(() => viewer.end !== undefined, "the end");
    assert.equal(viewer.end, fault === undefined ? "ended" : `ended: ${fault}`);
    assert.equal(viewer.got.at(-1), "last");
    await served;
  });
}

Deno.test("views between hosts: what the host refuses is refused with its code", async () => {
  const rig = new Rig();
  const codeOf = (head: object) => rig.open(head).then(() => "", ({ code }) => code);
  assert.equal(await codeOf({ client: "9", mode: "full" }), "no-such-client");
  assert.deepEqual(rig.log.lines, []);
  assert.equal(await codeOf({ client: "8", mode: "full" }), "control-failed");
  assert.equal(rig.log.of("control-failed").length, 1);
  const before = rig.opened.length;
  for (const head of [{}, { client: 2, mode: "full" }, { client: "2", mode: "big" }]) {
    assert.equal(await codeOf(head), "control-failed");
  }
  assert.equal(await codeOf({ client: "2".repeat(65), mode: "full" }), "control-failed");
  assert.equal(rig.opened.length, before);
});

Deno.test("views between hosts: a host shows so many to others, and one more when one has ended", async () => {
  const rig = new Rig();
  const open = [];
  for (let i = 0; i < MAX_FLEET_VIEWS; i++) open.push(await rig.open());
  const codeOf = () => rig.open().then(() => "", ({ code }) => code);
  assert.equal(await codeOf(), "busy");
  open[0]!.view.close();
  await open[0]!.served;
  open.push(await rig.open());
  for (const { view } of open) view.close();
  await Promise.all(open.map(({ served }) => served));
});

Deno.test("views between hosts: a host that is gone is told to the viewer, a viewer's to the view", async () => {
  const rig = new Rig();
  const one = await rig.open();
  one.caller.fail(new FleetError("host-unreachable", "the host was not heard of for 6 s"));
  await rig.until(() => one.viewer.end !== undefined, "the end");
  assert.equal(one.viewer.end, "lost: the host was not heard of for 6 s");
  one.host.fail(new Error("the caller was not heard of for 6 s"));
  await one.served;
  assert.equal(rig.closed, 1);
});

for (
  const [what, frame, reason] of [
    ["what is no frame", [9, 0, 0, 0, 0], /^lost: .* no frames of the kind 9/],
    ["a message longer than one of a page", [1, 1, 0, 16, 0], /^lost: .* 1048577 bytes, the most/],
  ] as const
) {
  Deno.test(`views between hosts: ${what} ends the view`, async () => {
    const rig = new Rig();
    const { caller, served, viewer } = await rig.open();
    await caller.write(new Uint8Array(frame));
    await served;
    assert.equal(rig.closed, 1);
    await rig.until(() => viewer.end !== undefined, "the end");
    assert.match(viewer.end!, reason);
  });
}

Deno.test("views between hosts: what waits for another host is bounded, both ways", async () => {
  const rig = new Rig();
  // Nothing reads what goes to the host.
  const { caller, host } = exchangePair();
  host.sendHead({});
  const viewer = new TestOutput(rig.changes);
  const view = await openFarView(caller, viewer);
  const half = "x".repeat(MAX_FLEET_VIEW_INPUT_BYTES / 2);
  for (let i = 0; i < 3; i++) view.receive(half);
  await rig.until(() => viewer.end !== undefined, "the end");
  assert.match(viewer.end!, /^lost: more than 2097152 bytes/);

  // Nothing reads what comes of the host.
  const { caller: silent, host: full } = exchangePair();
  silent.sendHead({ kind: "view", client: "2", mode: "full" });
  const served = full.head.then((head) => rig.views.serve(full, head, "look"));
  await silent.head;
  const picture = new Uint8Array(MAX_WEB_WAITING_BYTES / 4 - 5);
  for (let i = 0; i < 5; i++) rig.output.send(picture);
  await served;
  assert.equal(rig.closed, 1);
  assert(full.signal.aborted);
});
