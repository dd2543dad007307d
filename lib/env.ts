/**
 * The environment of the process.
 *
 * @module
 */

import { ApiMisuseError } from "./errors.ts";

/** Environment variables by their names. */
export interface Environment {
  /**
   * Reads a variable.
   *
   * @param name The variable.
   * @returns Its value, or `undefined` when it is not set.
   */
  get(name: string): string | undefined;
  /**
   * Removes a variable, so that programs that are started later do not get it.
   *
   * @param name The variable.
   */
  delete(name: string): void;
}

/** The environment of the process; its errors never hold a value, which may be a secret. */
export const processEnv: Environment = {
  get(name) {
    try {
      return Deno.env.get(name);
    } catch (error) {
      // The message of the runtime holds the value.
      if (!(error instanceof Deno.errors.InvalidData)) throw error;
    }
    throw new ApiMisuseError(
      "bad-argument",
      `the environment variable ${name} has bytes that are not UTF-8`,
    );
  },
  delete: (name) => Deno.env.delete(name),
};
