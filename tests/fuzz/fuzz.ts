import { SeededRandom } from "../support/random.ts";
import { mutate } from "./mutate.ts";
import type { Target } from "./target.ts";

/** An input that a target did not stand. */
export class FuzzFailure extends Error {
  /** The input, to be added to the corpus. */
  readonly input: Uint8Array;

  constructor(target: Target, how: string, input: Uint8Array, cause: unknown) {
    super(`${target.name} did not stand ${how}: ${cause}\ninput: ${input.toHex()}`, { cause });
    this.name = "FuzzFailure";
    this.input = input;
  }
}

/**
 * Runs a target over its corpus and over changed inputs.
 *
 * @param target The target.
 * @param rounds How many changed inputs.
 * @param seed Equal seeds give equal inputs.
 * @throws {FuzzFailure} At the first input that it does not stand.
 */
export function fuzz(target: Target, rounds: number, seed: number): void {
  for (const [i, input] of target.corpus.entries()) {
    attempt(target, `entry ${i} of its corpus`, input);
  }
  const random = new SeededRandom(seed);
  for (let round = 0; round < rounds; round++) {
    const input = mutate(target.corpus, random);
    attempt(target, `seed ${seed}, round ${round}`, input);
  }
}

function attempt(target: Target, how: string, input: Uint8Array): void {
  try {
    target.run(input.slice());
  } catch (error) {
    throw new FuzzFailure(target, how, input, error);
  }
}
