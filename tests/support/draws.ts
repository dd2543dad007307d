import assert from "node:assert/strict";

/** Randomness that consists of listed values. */
export interface Draws {
  /** Returns the next value; fails if its length differs or none is left. */
  readonly random: (count: number) => Uint8Array;
  /** How many values have not been drawn. */
  readonly left: number;
}

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
