/** Clients on the page, and what their user does to them. */

import assert from "node:assert/strict";
import { browsing, openClient, pixelsOf, untilTrue } from "../support/browser.ts";
import { SeededRandom } from "../support/random.ts";

browsing("a link logs in once it is opened, and clients appear as they come", async (it) => {
  const { page, listening } = it;
  await page.getByText("No client yet").waitFor();
  assert.equal(await page.evaluate("location.hash"), "", "the token is not in the address");
  await listening.connect("first");
  await listening.connect("second");
  await page.locator(".tile").nth(1).waitFor();
  const names = await page.locator(".tile h2 > span:first-of-type").allTextContents();
  assert.deepEqual(names, ["first", "second"]);
  await page.reload();
  await page.locator(".tile").nth(1).waitFor();
});

browsing("a client that has ended says so, on its tile and large", async (it) => {
  const { page, listening } = it;
  const client = await listening.connect("short");
  await client.showText("here");
  await page.locator(".tile canvas").waitFor();
  await client.close();
  await page.locator(".tile.ended").getByText("Has ended").waitFor();

  const other = await listening.connect("other");
  await other.showText("there");
  await openClient(page, "other");
  await page.getByRole("button", { name: "End the program" }).click();
  await page.getByRole("button", { name: "End it" }).click();
  await page.getByRole("heading", { name: "The program has ended" }).waitFor();
  await page.getByRole("link", { name: "All clients" }).last().click();
  await page.getByRole("heading", { name: "Clients" }).waitFor();
});

browsing("a text client is text, and takes what is typed and pasted", async (it) => {
  const { page, listening } = it;
  let pasted = "";
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      const { verb, args: [part] = [] } = JSON.parse(String(payload));
      if (verb === "paste") pasted += part;
    }));
  const client = await listening.connect("shell");
  await client.showText("login: anna");
  await openClient(page, "shell");
  // What a screen reader reads.
  await page.getByRole("listitem").filter({ hasText: "login: anna" }).waitFor();
  await page.getByRole("textbox", { name: "Input of shell" }).focus();
  await page.keyboard.type("ls é\n");
  await page.keyboard.insertText("日本🎉");
  await client.until(() => client.typed === "ls é\n日本🎉");
  await client.showText("total 4");
  await page.getByRole("listitem").filter({ hasText: "total 4" }).waitFor();

  client.typed = "";
  const text = "0123456789abcdef".repeat(6250);
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await page.getByRole("button", { name: "Paste" }).click();
  // It comes as fast as the client shows that it takes it, 3200 characters a second at most.
  for (let length = 0; length < 1000; length = client.typed.length) {
    client.ident(`${length}`);
    await client.until(() => client.typed.length > length);
  }
  assert.ok(text.startsWith(client.typed));
  assert.equal(pasted, text, "all of it is on its way");
  assert.equal(await page.locator(".toast").count(), 0);
});

browsing("a text client that draws for long leaves 20 lines to be spoken, not all", async (it) => {
  const { page, listening } = it;
  const client = await listening.connect("shell");
  await client.showText("0");
  await openClient(page, "shell");
  for (const letter of "abc") {
    await client.showText(...new Array(20).fill(letter.repeat(100)));
    await page.getByRole("listitem").filter({ hasText: letter.repeat(100) }).first().waitFor();
  }
  await client.showText("the end");
  await page.getByRole("listitem").filter({ hasText: "the end" }).waitFor();
  const length: number = await page.locator(".live-region").evaluate(
    ({ textContent }) => textContent!.length,
  );
  assert.ok(length < 2_000, `${length} characters`);
});

browsing("a canvas equals the frame pixel by pixel, and so does each change", async (it) => {
  const { page, listening } = it;
  const client = await listening.connect("picture", "application");
  const [width, height] = [320, 200];
  const rgba = new SeededRandom(1).bytes(width * height * 4);
  for (let at = 3; at < rgba.length; at += 4) rgba[at] = 255;
  await client.showPixels(width, height, rgba);
  await openClient(page, "picture");
  await page.locator(".frame canvas").waitFor();
  assert.deepEqual(await pixelsOf(page, ".frame canvas"), rgba);
  rgba.fill(0, 40_000, 40_003);
  await client.showPixels(width, height, rgba);
  await untilTrue(
    page,
    `document.querySelector(".frame canvas").getContext("2d").getImageData(80, 31, 1, 1).data[0] === 0`,
  );
  assert.deepEqual(await pixelsOf(page, ".frame canvas"), rgba);
});

for (const ratio of [1, 1.5]) {
  browsing(`the mouse is on the pixel under it, with ${ratio} pixels to one of CSS`, async (it) => {
    const { page, listening } = it;
    const client = await listening.connect("picture", "application");
    await client.showPixels(300, 150, new Uint8Array(300 * 150 * 4).fill(255));
    await openClient(page, "picture");
    const canvas = page.locator(".frame canvas");
    await canvas.waitFor();
    for (const zoom of ["Fit", "1:1"]) {
      await page.getByRole("button", { name: zoom, exact: true }).click();
      const box = (await canvas.boundingBox())!;
      if (zoom === "1:1") assert.equal(box.width * ratio, 300);
      for (const [x, y] of [[0, 0], [299, 149], [17, 93]] as const) {
        client.presses.length = 0;
        await page.mouse.click(
          box.x + (x + 0.5) * box.width / 300,
          box.y + (y + 0.5) * box.height / 150,
          { button: "right" },
        );
        await client.until(() => client.presses.length === 2);
        assert.deepEqual(client.presses, [
          { button: 2, active: true, x, y },
          { button: 2, active: false, x, y },
        ], zoom);
      }
    }
  }, { ratio });
}

browsing(
  "keys of the menu and held modifiers arrive, and are released with the focus",
  async (it) => {
    const { page, listening } = it;
    const client = await listening.connect("picture", "application");
    await client.showPixels(64, 64, new Uint8Array(64 * 64 * 4).fill(255));
    await openClient(page, "picture");
    await page.locator(".frame canvas").click();
    await page.keyboard.down("Shift");
    await client.until(() => client.held.has(304));
    await page.getByRole("button", { name: "Keys" }).focus();
    await client.until(() => client.held.size === 0);
    await page.keyboard.up("Shift");
    await page.getByRole("button", { name: "Keys" }).click();
    await page.getByRole("button", { name: "Ctrl+W" }).click();
    await client.until(() => client.pressed.at(-1) === "w" && client.held.size === 0);
  },
);

browsing("text of an input method arrives when it is composed", async (it) => {
  const { page, listening } = it;
  const client = await listening.connect("picture", "application");
  await client.showPixels(64, 64, new Uint8Array(64 * 64 * 4).fill(255));
  await openClient(page, "picture");
  await page.locator(".frame canvas").click();
  const keyboard = await page.context().newCDPSession(page);
  const composing = { text: "にほん", selectionStart: 3, selectionEnd: 3 };
  await keyboard.send("Input.imeSetComposition", composing);
  await keyboard.send("Input.insertText", { text: "日本" });
  await page.keyboard.type("!");
  await client.until(() => client.typed.endsWith("!"));
  assert.equal(client.typed, "日本!");
});

browsing("a popup is where it belongs, and clicks on it go to the client", async (it) => {
  const { page, listening } = it;
  const client = await listening.connect("picture", "application");
  await client.showPixels(400, 200, new Uint8Array(400 * 200 * 4).fill(80));
  await openClient(page, "picture");
  await page.getByRole("button", { name: "1:1" }).click();
  await client.openPopup({ x: 100, y: 50, width: 40, height: 30 });
  const popup = page.locator(".frame[data-kind=popup] canvas");
  await popup.waitFor();
  const main = (await page.locator(".frame.driven canvas").boundingBox())!;
  const box = (await popup.boundingBox())!;
  assert.deepEqual(box, { x: main.x + 100, y: main.y + 50, width: 40, height: 30 });
  await page.mouse.click(box.x + 7.5, box.y + 3.5);
  await client.until(() => client.presses.length === 2);
  assert.deepEqual(client.presses[0], { button: 1, active: true, x: 107, y: 53 });
});

browsing("fingers click and scroll, and the keys on the screen hold Ctrl", async (it) => {
  const { page, listening } = it;
  const client = await listening.connect("picture", "application");
  await client.showPixels(200, 200, new Uint8Array(200 * 200 * 4).fill(255));
  await openClient(page, "picture");
  assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 360);
  const box = (await page.locator(".frame canvas").boundingBox())!;
  const [tapX, tapY] = [Math.round(box.x + 90), Math.round(box.y + 180)];
  await page.touchscreen.tap(tapX, tapY);
  await client.until(() => client.presses.length === 2);
  const [x, y] = [tapX - box.x, tapY - box.y].map((at) => Math.floor(at * 200 / box.width));
  assert.deepEqual(client.presses[1], { button: 1, active: false, x, y });

  const touch = await page.context().newCDPSession(page);
  const fingers = (y: number) => [box.x + 50, box.x + 120].map((x, id) => ({ x, y, id }));
  const type = ["touchStart", "touchMove", "touchEnd"] as const;
  await touch.send("Input.dispatchTouchEvent", { type: type[0], touchPoints: fingers(400) });
  await touch.send("Input.dispatchTouchEvent", { type: type[1], touchPoints: fingers(350) });
  await touch.send("Input.dispatchTouchEvent", { type: type[2], touchPoints: [] });
  await client.until(() => client.presses.at(-1)?.button === 5);

  await page.getByRole("button", { name: "Ctrl" }).click();
  await page.getByRole("button", { name: "Keyboard" }).click();
  await page.keyboard.insertText("c");
  await client.until(() => client.pressed.at(-1) === "c");
  assert.equal(client.typed, "", "a key with Ctrl types nothing");

  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("button", { name: "End the program" }).click();
  await page.getByRole("button", { name: "Keep it" }).click();
}, { isPhone: true });

browsing("the window's size goes to the client", async ({ page, listening }) => {
  const client = await listening.connect("picture", "application");
  await client.showPixels(64, 64, new Uint8Array(64 * 64 * 4).fill(255));
  await openClient(page, "picture");
  await client.until(() => String(client.sizes.at(-1)) === "1000,652");
  await page.setViewportSize({ width: 640, height: 400 });
  await client.until(() => String(client.sizes.at(-1)) === "640,352");
});

browsing("a click on a button leaves the client the keyboard", async ({ page, listening }) => {
  const client = await listening.connect("shell");
  await client.showText("here");
  await openClient(page, "shell");
  const input = page.getByRole("textbox", { name: "Input of shell" });
  await input.focus();
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.getByRole("button", { name: "1:1" }).click();
  await page.keyboard.type("x\n");
  await client.until(() => client.typed === "x\n");
  await page.getByRole("button", { name: "Find" }).click();
  await page.keyboard.type("here");
  assert.equal(await page.getByRole("searchbox").inputValue(), "here");
  const sizes = await page.locator(".tool > .icon").evaluateAll((icons) =>
    icons.map((icon) => icon.getBoundingClientRect()).map(({ width, height }) => width / height)
  );
  assert.deepEqual([...new Set(sizes)], [1], "nothing else styles an icon");
});
