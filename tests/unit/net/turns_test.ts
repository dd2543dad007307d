import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { drawInTurns, nextTurn, TURN_MS } from "../../../lib/net/turns.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, permissions: "none", fn });

/** Notes each pass of the event loop until it is disposed of. */
function noteEventLoop(notes: string[]): Disposable {
  let isOver = false;
  const note = () => {
    if (isOver) return;
    notes.push("-");
    setImmediate(note);
  };
  setImmediate(note);
  return { [Symbol.dispose]: () => isOver = true };
}

/** The notes with `_` for many passes in a row, and none for a few. */
function summary(notes: readonly string[]): string {
  return notes.join("").replaceAll(/-{50,}/g, "_").replaceAll("-", "");
}

test("busy connections have their turn one after the other, and the rest in between", async () => {
  const notes: string[] = [];
  {
    using _ = noteEventLoop(notes);
    await Promise.all(["a", "b", "c"].map(async (name) => {
      for (let turn = 0; turn < 3; turn++) {
        await nextTurn();
        notes.push(name);
      }
    }));
  }
  assert.equal(summary(notes), "_a_b_c_a_b_c_a_b_c");
});

test("a large frame is drawn for a turn at a time, and one frame after the other", async () => {
  using clock = new FakeClock();
  const notes: string[] = [];
  const draw = (name: string, pieces: number) => () => {
    notes.push(name);
    clock.nowMs += TURN_MS / 2;
    return --pieces === 0;
  };
  {
    using _ = noteEventLoop(notes);
    await Promise.all([drawInTurns(draw("a", 6)), drawInTurns(draw("b", 3))]);
  }
  assert.equal(summary(notes), "aa_aa_aabb_b");
});

test("a large frame that fails holds up no other", async () => {
  const failed = drawInTurns(() => {
    throw new RangeError("no memory");
  });
  let isDrawn = false;
  const next = drawInTurns(() => isDrawn = true);
  await assert.rejects(failed, RangeError);
  await next;
  assert.ok(isDrawn);
});
