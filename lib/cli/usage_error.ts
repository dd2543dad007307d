/**
 * The error of a command line that cannot be carried out.
 *
 * @module
 */

/** The command line asks for something that there is not; the exit code is 2. */
export class UsageError extends Error {
  /**
   * Makes the error.
   *
   * @param message One line for people, with the value and the way out, without a full stop.
   */
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
