import assert from "node:assert/strict";

/** Random values from a list. */
export interface Draws {
  /** Returns the next value; fails when its length differs or the list is used up. */
  readonly random: (count: number) => Uint8Array;
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
