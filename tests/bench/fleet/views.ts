/**
 * What a view of a client through another host costs, beside one at its own host: `deno task bench:views`.
 * Both in turns, at two listeners and one server of NATS on this machine.
 */

import { addToFleet } from "../../support/fleet.ts";
import { Listening } from "../../support/listening.ts";
import { NatsServer } from "../../support/nats.ts";
import { SeededRandom } from "../../support/random.ts";
import type { Viewer } from "../../support/viewer.ts";
import { WebBrowser, type WebView } from "../../support/web_browser.ts";
import { median, readUsage } from "../sink/usage.ts";
import { printHead, printRow } from "../web/table.ts";

const ROUNDS = 5;
const FRAMES = 50;
/** Between two frames, as of a client that draws 40 times a second. */
const GAP_MS = 20;
const [WIDTH, HEIGHT] = [960, 600];
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** What one row is about. */
interface Content {
  readonly title: string;
  readonly client: number;
  /** Draws a frame that no earlier one equals. @returns When it has been sent, and seen. */
  draw(viewer: Viewer, number: number): readonly [sent: Promise<void>, seen: Promise<void>];
}

interface Measured {
  readonly ms: number;
  readonly cpuMs: readonly number[];
}

await using server = await NatsServer.start();
const flags = ["--fleet", server.url, "--web"];
await using here = await Listening.start(...flags);
await here.err.until(/listening on/);
await using there = await Listening.start(...flags);
await there.err.until(/listening on/);
await addToFleet(server, there.key.publicKey);
const shell = await there.connect("shell");
await shell.showText("x".repeat(80));
const picture = await there.connect("picture", "application");
const rgba = new SeededRandom(1).bytes(WIDTH * HEIGHT * 4);
await picture.showPixels(WIDTH, HEIGHT, rgba);
using far = await WebBrowser.atFirst(here);
using near = await WebBrowser.atFirst(there);
const clients: { readonly id: number; readonly title: string }[] = await near.get("/api/clients");
const idOf = (title: string) => clients.find((client) => client.title === title)!.id;
const [{ id: host }] = await far.get("/api/hosts");

const contents: Content[] = [
  {
    title: "a line of 80 characters",
    client: idOf("shell"),
    draw(viewer, number) {
      const line = `${number} `.padEnd(80, LETTERS[number % LETTERS.length]);
      return [shell.showText(line), viewer.untilText(this.client, 0, line)];
    },
  },
  {
    title: `${WIDTH} x ${HEIGHT} of noise`,
    client: idOf("picture"),
    draw(viewer, number) {
      rgba.set([number & 0xff, number >> 8], 0);
      rgba.set([number & 0xff, number >> 8], rgba.length - 4);
      const isShown = () => {
        const shown = viewer.shown.get(this.client)?.rgba;
        return [0, 1, rgba.length - 4, rgba.length - 3].every((at) => shown?.[at] === rgba[at]);
      };
      rgba.copyWithin(4, 8, rgba.length - 4);
      return [picture.showPixels(WIDTH, HEIGHT, rgba), viewer.until(isShown, "a picture")];
    },
  },
];

let number = 0;
const pids = [there.process.pid, here.process.pid, server.pid];
printHead("", ["median", "CPU: host of the client", "host of the page", "NATS"]);
for (const content of contents) {
  const ways = {
    directly: () => near.view(content.client),
    "through another host": () => far.view(encodeURIComponent(`${host}/${content.client}`)),
  };
  const measured = new Map<string, Measured[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [way, open] of Object.entries(ways)) {
      measured.set(way, [...measured.get(way) ?? [], await measure(content, await open())]);
    }
  }
  for (const [way, rounds] of measured) {
    const cpu = pids.map((_, i) => median(rounds.map(({ cpuMs }) => cpuMs[i]!)));
    const ms = median(rounds.map(({ ms }) => ms));
    printRow(`${content.title}, ${way}`, [ms, ...cpu].map((each) => `${each.toFixed(1)} ms`));
  }
}

async function measure(content: Content, { viewer, close, closed }: WebView): Promise<Measured> {
  await viewer.until(() => viewer.heads.length > 0, "the first picture");
  const times: number[] = [];
  const before = pids.map((pid) => readUsage(pid).cpuMs);
  for (let i = 0; i < FRAMES; i++) {
    const startMs = performance.now();
    const [sent, seen] = content.draw(viewer, ++number);
    await seen;
    times.push(performance.now() - startMs);
    await sent;
    await new Promise((resolve) => setTimeout(resolve, GAP_MS));
  }
  const cpuMs = pids.map((pid, i) => (readUsage(pid).cpuMs - before[i]!) / FRAMES);
  close();
  await closed;
  return { ms: median(times), cpuMs };
}
