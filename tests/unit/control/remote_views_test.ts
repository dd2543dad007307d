import assert from "node:assert/strict";
import type { LocalClients } from "../../../lib/control/clients.ts";
import { PostedViews, RemoteViews, type ViewsHere } from "../../../lib/control/remote_views.ts";
import { Viewer } from "../../support/viewer.ts";
import { Viewing } from "../../support/viewing.ts";

const OPTIONS = { mode: "full", rights: "drive" } as const;
const PIXELS = Uint8Array.from({ length: 12 * 4 }, (_, at) => at % 4 === 3 ? 0xff : 5 * at);

/** Both sides, which messages connect that are copied. */
function connect(clients: LocalClients): { views: RemoteViews; calls: string[] } {
  const calls: string[] = [];
  const here: ViewsHere = {
    fromView: (...args) => views.fromView(...structuredClone(args)),
    viewEnded: (...args) => views.viewEnded(...args),
  };
  const posted = new PostedViews(clients, here);
  const views: RemoteViews = new RemoteViews({
    openView: async (...args) => await posted.openView(...structuredClone(args)),
    toView: (...args) => {
      calls.push("toView");
      posted.toView(...structuredClone(args));
    },
    closeView: (...args) => {
      calls.push("closeView");
      posted.closeView(...args);
    },
  });
  return { views, calls };
}

Deno.test("views of clients in another thread show, take input, and end with their clients", async () => {
  await using viewing = await Viewing.start();
  const { source, id } = viewing;
  const { views, calls } = connect(viewing.clients);
  const open = async () => {
    const viewer = new Viewer();
    return viewer.attach(await views.open(id, OPTIONS, viewer)).hello();
  };
  const [one, two] = [await open(), await open()];
  await source.showPixels(4, 3, PIXELS);
  for (const viewer of [one, two]) await viewer.untilShown(id, PIXELS);
  one.say({ type: "typed", segment: id, data: "x" });
  await source.until(() => source.typed === "x");
  two.give("wrong");
  assert.match(two.end!.fault!, /is not JSON/);
  const third = await open();
  third[Symbol.dispose]();
  const before = calls.length;
  two.say({ type: "pause", on: true });
  third.say({ type: "pause", on: true });
  third[Symbol.dispose]();
  assert.equal(calls.length, before, "nothing is sent for views that have ended");
  assert.equal(calls.filter((call) => call === "closeView").length, 1);
  await source.close();
  await one.until(() => one.end !== undefined, "the end");
  assert.equal(one.told.at(-1)!.type, "ended");
  await assert.rejects(views.open(id, OPTIONS, new Viewer()), { code: "no-such-client" });
});

Deno.test("the views of a thread that is lost end with the reason", async () => {
  await using viewing = await Viewing.start();
  const { views } = connect(viewing.clients);
  const viewer = new Viewer();
  using _ = viewer.attach(await views.open(viewing.id, OPTIONS, viewer)).hello();
  views.lost("worker-ended");
  assert.deepEqual(viewer.told.at(-1), { type: "ended", last_words: "worker-ended" });
  assert.deepEqual(viewer.end, { fault: undefined });
});
