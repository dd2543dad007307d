/**
 * One writer at a time, in this process and among processes.
 *
 * @module
 */
import { KeystoreError } from "../lib/errors.ts";
import { KEYSTORE_LOCK_TIMEOUT_MS } from "../lib/limits.ts";
import { reason, unwritable } from "./failure.ts";

/** The file in the root of a store whose lock its writers hold; arcan-net does not look at it. */
export const LOCK_FILE = ".lock";

const LONGEST_PAUSE_MS = 50;

/**
 * The right to write to one store.
 *
 * The system gives the lock back when its holder is killed. Writers of this process wait in a
 * queue, so that they ask the system one after the other.
 */
export class StoreLock {
  readonly #path: string;
  readonly #timeoutMs: number;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Takes nothing yet.
   *
   * @param root The root of the store; it must be there when the lock is first used.
   * @param timeoutMs How long to wait for another process.
   */
  constructor(root: string, timeoutMs: number = KEYSTORE_LOCK_TIMEOUT_MS) {
    this.#path = `${root}/${LOCK_FILE}`;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Runs an action while nobody else writes.
   *
   * @param action What to do; it must not take the lock again.
   * @returns What the action returns.
   * @throws KeystoreError `keystore-unwritable` when the lock file cannot be used, or when another
   *   process does not give it back in time; and what the action throws.
   */
  run<T>(action: () => T | Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#locked(action));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #locked<T>(action: () => T | Promise<T>): Promise<T> {
    using file = await this.#open();
    await takeLock(file, this.#path, this.#timeoutMs);
    return await action();
  }

  async #open(): Promise<Deno.FsFile> {
    try {
      return await Deno.open(this.#path, { write: true, create: true, mode: 0o600 });
    } catch (error) {
      throw unwritable(`the keystore cannot be written: ${this.#path}`, this.#path, error);
    }
  }
}

/**
 * Takes the exclusive lock on an open file; closing the file gives it back.
 *
 * @param file The open file.
 * @param path Its path, for the error.
 * @param timeoutMs How long to wait for another process.
 * @throws KeystoreError `keystore-unwritable` when it cannot be locked or is not given back in time.
 */
export async function takeLock(
  file: Deno.FsFile,
  path: string,
  timeoutMs: number = KEYSTORE_LOCK_TIMEOUT_MS,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = 1; !(await tryLock(file, path)); pauseMs *= 2) {
    if (performance.now() >= deadline) {
      const message = `another process has held ${path} for ${timeoutMs} ms`;
      throw new KeystoreError("keystore-unwritable", message, { path });
    }
    // Asking again instead of waiting in the system: a wait there could not be given up.
    await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, LONGEST_PAUSE_MS)));
  }
}

async function tryLock(file: Deno.FsFile, path: string): Promise<boolean> {
  try {
    return await file.tryLock(true);
  } catch (error) {
    throw new KeystoreError(
      "keystore-unwritable",
      `${path} cannot be locked: ${reason(error)}`,
      { path },
      { cause: error },
    );
  }
}
