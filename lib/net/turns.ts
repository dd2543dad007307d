/**
 * The turns of the connections that have much to do: one after the other, and everything else that is
 * ready in between.
 *
 * @module
 */

import { setImmediate } from "node:timers";

/** How long one connection may work before the others have their turn. */
export const TURN_MS = 5;

/**
 * The runtime asks the kernel what else has become ready in every 61st pass of the event loop alone; a
 * pass takes 1 us. After a long turn all that is ready comes first.
 */
const PASSES_AFTER_LONG = 64;
/** After a short one a pass or two do: others wait 3 ms instead of 20. */
const PASSES_AFTER_SHORT = 8;

let lastTurn: Promise<void> = Promise.resolve();
let lastFrame: Promise<void> = Promise.resolve();

/** Waits for the next turn of a connection that has not worked for long. */
export function nextShortTurn(): Promise<void> {
  return passLoop(PASSES_AFTER_SHORT);
}

/**
 * Waits for the next turn of a connection that has worked for {@linkcode TURN_MS}. Others wait for one
 * such turn at most, however many connections are busy.
 */
export function nextTurn(): Promise<void> {
  return lastTurn = lastTurn.then(() => passLoop(PASSES_AFTER_LONG));
}

function passLoop(passes: number): Promise<void> {
  return new Promise((resolve) => {
    const next = () => void (--passes > 0 ? setImmediate(next) : resolve());
    setImmediate(next);
  });
}

/**
 * Draws a large frame in turns. One is drawn at a time in the whole process, so that what its
 * decompression looks back on is in memory once.
 *
 * @param draw Draws a piece, and returns whether it was the last.
 * @returns When the frame is drawn.
 */
export function drawInTurns(draw: () => boolean): Promise<void> {
  const drawn = lastFrame.then(() => drawPieces(draw));
  lastFrame = drawn.catch(() => {});
  return drawn;
}

async function drawPieces(draw: () => boolean): Promise<void> {
  for (;;) {
    const endMs = performance.now() + TURN_MS;
    do {
      if (draw()) return;
    } while (performance.now() < endMs);
    await nextTurn();
  }
}
