/** What real sources send that is not in their protocol's description. */

import assert from "node:assert/strict";
import type { ListenHandler, Source } from "../../lib/mod.ts";
import { ARCAN_NET, FrameWatch, Reference, TERMINAL } from "../support/reference.ts";

Deno.test({
  name: "reference terminal: lines that fill its width are shown up to the right edge",
  ignore: ARCAN_NET === undefined || TERMINAL === undefined,
  fn: async () => {
    const watch = new FrameWatch();
    const faults: string[] = [];
    let client: Source | undefined;
    const handler: ListenHandler = (source, status) => {
      if (status.kind !== "segment_request") return;
      client = source.acceptTarget((source, { kind }) => {
        if (kind === "preroll") source.targetVerbose();
        if (kind === "dropped_frame") faults.push(kind);
        if (kind === "frame") watch.changed(source);
      });
    };
    // Waits for a line between the steps, so that each of them is a frame of its own.
    const script = `stty -echo; echo ready; read x; c=$(stty size | cut -d' ' -f2)
      printf '%0*d' $c 1; read x; printf '\\r%0*d' $c 2; read x
      printf '\\n%0*d' $c 3; exec sleep 100`;
    const env = { ARCAN_TERMINAL_EXEC: script, LC_ALL: "C.UTF-8" };
    await using _ = await Reference.start({ command: [TERMINAL!], env }, handler);
    await watch.untilText(/ready/);
    for (const digit of ["1", "2", "3"]) {
      client!.typeText("\n");
      await watch.until((source) => {
        const { cols } = source.surface.grid!;
        return source.text().includes("0".repeat(cols - 1) + digit);
      });
    }
    assert.deepEqual(faults, []);
  },
});

Deno.test({
  name: "reference terminal: Alt with letters of any script reaches its program",
  ignore: ARCAN_NET === undefined || TERMINAL === undefined,
  fn: async () => {
    const watch = new FrameWatch();
    let client: Source | undefined;
    const handler: ListenHandler = (source, status) => {
      if (status.kind !== "segment_request") return;
      client = source.acceptTarget((source, { kind }) => {
        if (kind === "preroll") source.targetVerbose();
        if (kind === "frame") watch.changed(source);
      });
    };
    const letters = ["ł", "б", "λ", "ı", "漢", "👍"];
    const sent = new TextEncoder().encode(letters.map((letter) => `\x1b${letter}`).join("") + "łı");
    const script = `stty raw -echo; echo ready; head -c ${sent.length} | od -An -v -tx1 -w64
      exec sleep 100`;
    const env = { ARCAN_TERMINAL_EXEC: script, LC_ALL: "C.UTF-8" };
    await using _ = await Reference.start({ command: [TERMINAL!], env }, handler);
    await watch.untilText(/ready/);
    for (const character of letters) client!.pressKey({ character }, ["alt"]);
    client!.typeText("łı");
    const hex = sent.toHex().match(/../g)!.join(" ");
    await watch.until((source) => source.text().replaceAll("\n", "").includes(hex));
  },
});
