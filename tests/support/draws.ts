import assert from "node:assert/strict";

/** A source of randomness that hands out listed values and nothing else. */
export interface Draws {
  /** Gives the next value; fails when its length is another one or none is left. */
  readonly random: (count: number) => Uint8Array;
  /** How many values have not been drawn. */
  readonly left: number;
}

/**
 * Replays recorded draws.
 *
 * @param values The values in the order in which they are to be drawn.
 */
export function replayDraws(values: readonly Uint8Array[]): Draws {
  let next = 0;
  return {
    random: (count) => {
      const value = values[next];
      assert.ok(value, `draw ${next} of ${count} bytes, but only ${values.length} are listed`);
      assert.equal(value.length, count, `draw ${next} is listed with another length`);
      next++;
      return value.slice();
    },
    get left() {
      return values.length - next;
    },
  };
}
