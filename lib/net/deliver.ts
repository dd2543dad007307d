/**
 * Calls handlers so that a faulty one hurts nobody else.
 *
 * @module
 */

import { HANDLER_SLOW_MS } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { ClientHandler } from "../segment/source.ts";
import type { Tally } from "./tally.ts";

/** What is logged about a call. */
export interface CallContext {
  readonly log: Logger;
  /** The number of the source. */
  readonly source: number;
  /** The kind of the record. */
  readonly kind: string;
  /** Who is called; a handler unless given. */
  readonly callee?: "observer";
  /** Which of the observers. */
  readonly index?: number;
  /** What has failed before; each failure is a line when absent. */
  readonly failures?: Tally;
}

/**
 * Calls a handler.
 *
 * @param call The call.
 * @param context What is logged if it fails.
 * @returns `undefined` when it returned at once, else a promise. Either gives `false` when it failed;
 *   neither throws.
 */
export function deliver(
  call: () => void | Promise<void>,
  context: CallContext,
): boolean | Promise<boolean> {
  try {
    const pending = call();
    return isThenable(pending) ? watch(pending, context) : true;
  } catch (error) {
    logFailure(error, context);
    return false;
  }
}

function isThenable(value: unknown): value is PromiseLike<void> {
  return typeof (value as PromiseLike<void> | undefined)?.then === "function";
}

async function watch(pending: PromiseLike<void>, context: CallContext): Promise<boolean> {
  const { log, source, kind, callee = "handler" } = context;
  const timer = setTimeout(
    () => log.log("warn", `${callee}-slow`, { source, kind, seconds: HANDLER_SLOW_MS / 1000 }),
    HANDLER_SLOW_MS,
  );
  try {
    await pending;
    return true;
  } catch (error) {
    logFailure(error, context);
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Calls observers, one after the other. One that fails hurts nobody.
 *
 * @param observers Whom to call.
 * @param call Calls one.
 * @param context What is logged if one fails.
 * @param from The index of the first to call.
 * @returns `undefined` when all have returned at once, else a promise that does not reject.
 */
export function callObservers(
  observers: readonly ClientHandler[],
  call: (observer: ClientHandler) => void | Promise<void>,
  context: CallContext,
  from = 0,
): Promise<void> | undefined {
  for (let at = from; at < observers.length; at++) {
    const done = deliver(() => call(observers[at]!), {
      ...context,
      callee: "observer",
      index: at,
    });
    if (done instanceof Promise) {
      return done.then(() => callObservers(observers, call, context, at + 1));
    }
  }
  return undefined;
}

/**
 * Logs why a handler failed.
 *
 * @param error What it threw.
 * @param context What else is logged.
 */
export function logFailure(error: unknown, context: CallContext): void {
  const { log, source, kind, callee = "handler", index = 0, failures } = context;
  if (failures?.add(`${callee} ${index} ${kind}`) === false) return;
  log.log("error", `${callee}-failed`, { source, kind, error: describeThrown(error) });
  if (error instanceof Error) log.log("debug", `${callee}-stack`, { source, stack: error.stack });
}

/**
 * Writes what was thrown, which may be anything, also what cannot be made text.
 *
 * @param error The thrown value.
 */
export function describeThrown(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return `a value of type ${typeof error}`;
  }
}
