/**
 * Viewers in a process of their own, which take the time of no measured one: they acknowledge at once what
 * they get, and draw nothing. Arguments: a link, a client's number, and how many. Each line of the standard
 * input is answered by the number of pictures that each has got, in JSON; the first answer comes by itself
 * when all have got one.
 */

import {
  BINARY_KIND,
  LAST_RECTANGLE,
  readHead,
  VIEW_PROTOCOL,
} from "../../../lib/web/views/protocol.ts";
import { WebBrowser } from "../../support/web_browser.ts";

const [link, client, count] = Deno.args;
using browser = await WebBrowser.open(link!);
const address = `${browser.origin.replace(/^http/, "ws")}/api/clients/${client}/view?mode=full`;
const pictures: number[] = new Array(Number(count)).fill(0);
const sockets = pictures.map((_, viewer) => {
  const { headers } = browser;
  const socket = new WebSocket(address, { protocols: [VIEW_PROTOCOL], headers });
  socket.binaryType = "arraybuffer";
  socket.onopen = () => socket.send(JSON.stringify({ type: "hello", h264: false }));
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") return;
    const { kind, flags, seq } = readHead(new Uint8Array(data));
    socket.send(JSON.stringify({ type: "ack", seq }));
    if (kind === BINARY_KIND.pixels && (flags & LAST_RECTANGLE) === 0) return;
    if (++pictures[viewer]! === 1 && pictures.every((got) => got > 0)) tell();
  };
  return socket;
});

for await (const _ of Deno.stdin.readable) tell();
for (const socket of sockets) socket.close();

function tell(): void {
  console.log(JSON.stringify(pictures));
}
