import { SeededRandom } from "../support/random.ts";
import { mutate } from "./mutate.ts";
import type { Target } from "./target.ts";

/** An input on which a target failed. */
export class FuzzFailure extends Error {
  /** Add it to the corpus of the target. */
  readonly input: Uint8Array;

  constructor(target: Target, how: string, input: Uint8Array, cause: unknown) {
    super(`${target.name} failed on ${how}: ${cause}\ninput: ${input.toHex()}`, { cause });
    this.name = "FuzzFailure";
    this.input = input;
  }
}

/**
 * Runs a target on its corpus and on mutated inputs.
 *
 * @param rounds How many mutated inputs.
 * @param seed Equal seeds give equal inputs.
 * @throws {FuzzFailure} On the first failure.
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
