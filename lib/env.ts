/**
 * The environment of the process.
 *
 * @module
 */

import { ApiMisuseError } from "./errors.ts";

/** Environment variables, such as `Deno.env`. */
export interface Environment {
  /**
   * Reads one variable.
   *
   * @param name The variable.
   * @returns Its value, or `undefined` when it is not set.
   */
  get(name: string): string | undefined;
}

/**
 * The environment of the process. Its errors never have a value, which may be a secret; `get` throws an
 * {@linkcode ApiMisuseError} `bad-argument` for a value that is not UTF-8.
 */
export const processEnv: Environment & {
  /** Removes a variable, so that programs that are started later do not get it. */
  delete(name: string): void;
} = {
  get(name) {
    try {
      return Deno.env.get(name);
    } catch (error) {
      // The message of Deno has the value.
      if (!(error instanceof Deno.errors.InvalidData)) throw error;
    }
    throw new ApiMisuseError(
      "bad-argument",
      `the environment variable ${name} has bytes that are not UTF-8`,
    );
  },
  delete: (name) => Deno.env.delete(name),
};
