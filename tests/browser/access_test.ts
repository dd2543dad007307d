/** Strangers, lookers-on, and connections that are lost. */

import assert from "node:assert/strict";
import { PrivateKey } from "../../lib/crypto/x25519.ts";
import { browsing, linkOf, newPage, openClient } from "../support/browser.ts";
import { ctl } from "../support/ctl.ts";
import { Relay } from "../support/relay.ts";
import { TestSource } from "../support/listening.ts";

browsing("a stranger that knocks is let in by a click", async ({ page, listening }) => {
  const [, port] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+) as demo\n/);
  const key = new PrivateKey(crypto.getRandomValues(new Uint8Array(32)));
  const knock = () => TestSource.connect(Number(port), key, "guest", "tui");
  await assert.rejects(knock());
  const stranger = page.locator(".knocks li");
  await stranger.getByRole("textbox").fill("Anna’s laptop");
  await stranger.getByRole("button", { name: "Let in" }).click();
  await stranger.waitFor({ state: "detached" });
  const client = await knock();
  await page.locator(".tile", { hasText: "Anna’s laptop" }).waitFor();
  await client.close();
});

browsing("a read-only link shows and drives nothing", async ({ page, listening, browser }) => {
  const client = await listening.connect("shell");
  await client.showText("secret of nobody");
  const { out } = await ctl(listening, ["link", "--read-only"]);
  const [link] = /http:\S+/.exec(out)!;
  const other = await newPage(browser);
  await other.goto(link);
  await other.getByText("look only").waitFor();
  assert.equal(await other.getByText("Strangers").count(), 0);
  assert.equal(await other.getByText("Share").count(), 0);
  await openClient(other, "shell");
  await other.getByRole("listitem").filter({ hasText: "secret of nobody" }).waitFor();
  for (const name of ["Paste", "Keys", "End the program"]) {
    assert.equal(await other.getByRole("button", { name }).count(), 0, name);
  }
  await other.getByRole("textbox", { name: "Input of shell" }).focus();
  await other.keyboard.type("rm");
  const statuses = await other.evaluate(async () => {
    const post = (path: string, body: unknown) =>
      fetch(path, { method: "POST", body: JSON.stringify(body) }).then(({ status }) => status);
    const [{ id }] = await (await fetch("/api/clients")).json();
    return [
      await post(`/api/clients/${id}/type`, { text: "rm" }),
      await post(`/api/clients/${id}/end`, {}),
      await post("/api/links", {}),
      (await fetch("/api/knocks")).status,
    ];
  });
  assert.deepEqual(statuses, [403, 403, 403, 403]);
  // What the other page may do arrives after what this one may not.
  await openClient(page, "shell");
  await page.getByRole("textbox", { name: "Input of shell" }).focus();
  await page.keyboard.type("ok");
  await client.until(() => client.typed.endsWith("ok"));
  assert.equal(client.typed, "ok");
});

browsing("a withdrawn link ends its pages", async ({ page, listening }) => {
  const { out } = await ctl(listening, ["links"]);
  const [, number] = /^\s*(\d+)/m.exec(out)!;
  await ctl(listening, ["unlink", number!]);
  await page.getByRole("heading", { name: "Open this page by its link" }).waitFor();
});

browsing("a killed listener is shown as one that does not answer", async ({ page, listening }) => {
  const client = await listening.connect("shell");
  await client.showText("here");
  await openClient(page, "shell");
  await page.getByRole("listitem").filter({ hasText: "here" }).waitFor();
  listening.process.kill("SIGKILL");
  await page.getByText("The listener does not answer").waitFor();
  await page.getByText("The picture stands still").waitFor();
});

browsing("a laptop that has slept connects again", async ({ page, listening }) => {
  const client = await listening.connect("picture", "application");
  await client.showPixels(8, 8, new Uint8Array(8 * 8 * 4).fill(255));
  await page.clock.install();
  await page.reload();
  await openClient(page, "picture");
  await page.locator(".frame canvas").waitFor();
  const opened = page.waitForEvent("websocket");
  await page.clock.fastForward("08:00:00");
  await opened;
  await page.clock.resume();
  await client.showPixels(9, 9, new Uint8Array(9 * 9 * 4).fill(255));
  await page.locator('.frame canvas[width="9"]').waitFor();
});

browsing("a lost connection is shown and mended", async ({ page, listening }) => {
  const client = await listening.connect("shell");
  await client.showText("before");
  const url = new URL(await linkOf(listening));
  using relay = Relay.start(Number(url.port));
  url.port = String(relay.port);
  await page.goto(url.href);
  await openClient(page, "shell");
  await page.getByRole("listitem").filter({ hasText: "before" }).waitFor();
  relay.cut();
  await page.getByText("The listener does not answer").waitFor();
  await client.showText("meanwhile");
  const meanwhile = page.getByRole("listitem").filter({ hasText: "meanwhile" });
  // After a few failures there is time to click.
  await page.getByText(/Next try in [2-9] s/).waitFor();
  relay.mend();
  // Where that takes long, the page has tried again by itself, and the button is gone.
  await Promise.any([page.getByRole("button", { name: "Try now" }).click(), meanwhile.waitFor()]);
  await meanwhile.waitFor();
  await page.getByText("The listener does not answer").waitFor({ state: "detached" });
});

browsing("a busy listener is tried again, with the link that was opened", async (it) => {
  const { page, link, browser } = it;
  for (const path of ["**/login", "**/api/session"]) {
    const other = await newPage(browser);
    const body = JSON.stringify({ code: "busy", error: "try again" });
    await other.route(path, (route) => route.fulfill({ status: 429, body }), { times: 1 });
    await other.goto(link);
    await other.getByRole("heading", { name: "Clients" }).waitFor();
  }
  await page.route("**/api/session", (route) => route.abort());
  await page.getByText("The listener does not answer").waitFor();
  await page.unroute("**/api/session");
  await page.getByText("The listener does not answer").waitFor({ state: "detached" });
});
