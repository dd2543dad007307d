/** Clients of another host of a fleet, on the page of one. */

import assert from "node:assert/strict";
import type { Arguments } from "../../lib/control/mod.ts";
import { type Browsing, CHROMIUM, inBrowser, openClient, pixelsOf } from "../support/browser.ts";
import { controlOf } from "../support/ctl.ts";
import { addToFleet } from "../support/fleet.ts";
import { Listening } from "../support/listening.ts";
import { NatsServer, NEEDS_NATS } from "../support/nats.ts";
import { SeededRandom } from "../support/random.ts";
import { WebBrowser } from "../support/web_browser.ts";

interface TwoHosts {
  readonly server: NatsServer;
  /** Its page is looked at. */
  readonly here: Listening;
  readonly there: Listening;
}

/** Registers a test with two hosts of one fleet, which let in the clients of both. */
function withTwoHosts(name: string, run: (hosts: TwoHosts) => Promise<void>): void {
  Deno.test({
    name: CHROMIUM === undefined ? `${name} (needs chromium on the PATH)` : name,
    ignore: CHROMIUM === undefined || NEEDS_NATS.ignore,
    fn: async () => {
      await using server = await NatsServer.start();
      const flags = ["--fleet", server.url];
      await using here = await Listening.start(...flags, "--web");
      await here.err.until(/listening on/);
      await using there = await Listening.start(...flags);
      for (const { key } of [here, there]) await addToFleet(server, key.publicKey);
      await run({ server, here, there });
    },
  });
}

type Page = Browsing["page"];

/** Waits for a line of the terminal that is open. */
function line(page: Page, text: string): Promise<void> {
  return page.getByRole("listitem").filter({ hasText: text }).waitFor();
}

/** The second host on the page. */
function secondHost(page: Page) {
  return page.locator(".host-group").nth(1);
}

withTwoHosts("clients of another host are shown, opened and driven here", async (it) => {
  const { here, there } = it;
  const near = await here.connect("near shell");
  await near.showText("hello from here");
  const far = await there.connect("far shell");
  await far.showText("hello from there");
  const picture = await there.connect("far picture", "application");
  const [width, height] = [320, 200];
  const rgba = new SeededRandom(1).bytes(width * height * 4);
  for (let at = 3; at < rgba.length; at += 4) rgba[at] = 255;
  await picture.showPixels(width, height, rgba);
  await inBrowser(here, async ({ page }) => {
    await secondHost(page).locator(".tile", { hasText: "far shell" }).locator("canvas").waitFor();
    assert.equal(await secondHost(page).getByText("near shell").count(), 0);

    await openClient(page, "far shell");
    await line(page, "hello from there");
    await requireNoMore(here, new URL(page.url()).hash.replace("#/", ""));
    await page.getByRole("textbox", { name: "Input of far shell" }).focus();
    await page.keyboard.type("é\n");
    await far.until(() => far.typed === "é\n");
    await far.showText("total 4");
    await line(page, "total 4");
    await page.getByRole("button", { name: "End the program" }).click();
    await page.getByRole("button", { name: "End it" }).click();
    await page.getByRole("heading", { name: "The program has ended" }).waitFor();
    await page.getByRole("link", { name: "All clients" }).last().click();

    await openClient(page, "far picture");
    await page.locator(".frame canvas").waitFor();
    assert.deepEqual(await pixelsOf(page, ".frame canvas"), rgba);
  });
});

/** A link gives no more at another host than at its own. @param word A client of another host. */
async function requireNoMore(here: Listening, word: string): Promise<void> {
  using control = await controlOf(here);
  const open = async (terms: Arguments<"link">) =>
    await WebBrowser.open((await control.call("link", terms)).url);
  const client = encodeURIComponent(word);
  const path = (what: string) => `/api/clients/${client}${what}`;

  using looking = await open({ read_only: true });
  assert.equal((await looking.get(path(""))).title, "far shell");
  assert.equal((await looking.get("/api/hosts"))[0].clients[0].title, "far shell");
  assert.equal(await looking.post(path("/type"), { text: "rm" }), "not-allowed");
  assert.equal(await looking.post(path("/end")), "not-allowed");
  const { viewer, closed } = await looking.view(client);
  await viewer.until(() => viewer.screens.size > 0, "a picture");
  viewer.say({ type: "typed", segment: 1, data: "rm" });
  const reason = "this view may look alone, not send typed";
  assert.deepEqual(await closed, { code: 1008, reason });

  const [own] = await control.call("list", {});
  using narrow = await open({ client: String(own!.id) });
  for (const what of ["", "/snapshot", "/files", "/view"]) {
    assert.equal(await narrow.get(path(what)), "not-allowed");
  }
  assert.equal(await narrow.post(path("/type"), { text: "rm" }), "not-allowed");
  assert.equal(await narrow.get("/api/hosts"), "not-allowed");
}

withTwoHosts(
  "a view comes back with the servers, and with its client at another host",
  async (it) => {
    const { server, here, there } = it;
    const client = await there.connect("shell");
    await client.showText("before");
    await inBrowser(here, async ({ page }) => {
      await openClient(page, "shell");
      await line(page, "before");
      await server.kill();
      await page.getByText(/The picture stands still: no server of the fleet/).waitFor();
      const home = await page.context().newPage();
      await home.goto(new URL(page.url()).origin);
      await secondHost(home).getByText("does not answer").waitFor();
      await home.close();
      await client.showText("meanwhile");
      await server.restart();
      await line(page, "meanwhile");

      there.process.kill("SIGKILL");
      const [, port] = await here.err.until(/listening on 127\.0\.0\.1:(\d+) as demo\n/);
      const again = await there.connectTo(Number(port), "shell");
      await again.showText("here again");
      await page.getByText("The program is connected to this host now").waitFor();
      await line(page, "here again");
      assert.match(page.url(), /#\/clients\/\d+$/);
    });
  },
);
