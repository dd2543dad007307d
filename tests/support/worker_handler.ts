/** A handler module that tells in which worker a client is, and does what its clients say. */

import type { HandlerObject, ListenSource } from "../../lib/mod.ts";

const worker = crypto.randomUUID();
let listener: ListenSource | undefined;

export default {
  preroll(source) {
    if (source.role === "listener") listener = source;
  },
  registered: (source) => console.log(source.id, "in", worker),
  ident(source, { message }) {
    if (message === "close") listener!.deleteImage();
    if (message === "shutdown") listener!.shutdown();
    if (message === "end worker") globalThis.close();
    if (message === "exit") Deno.exit(7);
    if (message === "throw") setTimeout(() => fail("late"));
    console.log(source.id, "did", message);
  },
} satisfies HandlerObject;

function fail(message: string): never {
  throw new Error(message);
}
