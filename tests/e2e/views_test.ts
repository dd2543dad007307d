/** Views of pixels through the page's WebSocket, with a real listener and real clients. */

import assert from "node:assert/strict";
import { encodeUtf8 } from "../../lib/bytes/text.ts";
import { VIEW_PROTOCOL } from "../../lib/web/views/protocol.ts";
import { Listening } from "../support/listening.ts";
import { WebBrowser } from "../support/web_browser.ts";
import { noise } from "../unit/decoders/frames.ts";

const KINDS = { "without workers": [], "with workers": ["--workers", "2"] } as const;
const [WIDTH, HEIGHT] = [640, 480];
const FRAMES = 12;

/** Pixels that do not compress. */
function picture(seed: number): Uint8Array<ArrayBuffer> {
  const rgba = noise(WIDTH * HEIGHT * 4, seed);
  for (let at = 3; at < rgba.length; at += 4) rgba[at] = 0xff;
  return rgba;
}

/** Opens a view by a connection of which nothing is read. */
async function openUnread(browser: WebBrowser, client: number): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(browser.origin);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head = [
    `GET /api/clients/${client}/view?mode=full HTTP/1.1`,
    `host: ${hostname}:${port}`,
    `origin: ${browser.origin}`,
    `cookie: ${browser.headers["cookie"]}`,
    "connection: upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
    `sec-websocket-protocol: ${VIEW_PROTOCOL}`,
  ];
  await connection.write(encodeUtf8(`${head.join("\r\n")}\r\n\r\n`));
  const hello = encodeUtf8('{"type":"hello","h264":false}');
  // A final text frame, masked by zeros.
  await connection.write(Uint8Array.of(0x81, 0x80 | hello.length, 0, 0, 0, 0, ...hello));
  return connection;
}

for (const [how, flags] of Object.entries(KINDS)) {
  Deno.test(`views ${how}: pixels arrive exactly, whatever a viewer does that reads nothing`, async () => {
    await using listening = await Listening.start("--web", ...flags);
    using browser = await WebBrowser.atFirst(listening);
    const source = await listening.connect("a picture", "application");
    await source.showPixels(WIDTH, HEIGHT, picture(1));
    const [{ id }] = await browser.get("/api/clients");
    using _ = await openUnread(browser, id);
    const first = await browser.view(id);
    await first.viewer.untilShown(id, picture(1));
    for (let seed = 2; seed <= FRAMES; seed++) {
      await source.showPixels(WIDTH, HEIGHT, picture(seed));
    }
    await first.viewer.untilShown(id, picture(FRAMES));
    const late = await browser.view(id);
    await late.viewer.untilShown(id, picture(FRAMES));
    for (const { close, closed } of [first, late]) {
      close();
      await closed;
    }
    assert.equal(await listening.stop(), 0);
  });
}
