/**
 * The errors with which a command ends, besides those of the library.
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

/** A program that a command needs has failed; the exit code is 1. */
export class ProgramError extends Error {
  /**
   * Makes the error.
   *
   * @param message One line for people, with the value and the way out, without a full stop.
   */
  constructor(message: string) {
    super(message);
    this.name = "ProgramError";
  }
}
