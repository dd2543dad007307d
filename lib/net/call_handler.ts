/**
 * Calls handlers, so that one that throws, rejects or takes long affects its own client only.
 *
 * @module
 */

import { HANDLER_SLOW_MS } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { Tally } from "./tally.ts";

/** What is logged about a call. */
export interface CallContext {
  readonly log: Logger;
  readonly source: number;
  readonly kind: string;
  /** A handler when absent. */
  readonly callee?: "handler" | "observer";
  /** Which of the observers, from 0. */
  readonly index?: number;
  /** The failures before; only the first of a kind is logged. All are when absent. */
  readonly failures?: Tally;
}

/**
 * Calls a handler.
 *
 * @param context Called when there is something to log.
 * @returns Whether it succeeded; a promise if the handler returned one. It never throws or rejects.
 */
export function callHandler(
  call: () => void | PromiseLike<void>,
  context: () => CallContext,
): boolean | Promise<boolean> {
  try {
    const pending = call();
    return isThenable(pending) ? watch(pending, context()) : true;
  } catch (error) {
    logFailure(error, context());
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

/** Logs what a handler threw. */
export function logFailure(error: unknown, context: CallContext): void {
  const { log, source, kind, callee = "handler", index = 0, failures } = context;
  if (failures?.add(`${callee} ${index} ${kind}`) === false) return;
  log.log("error", `${callee}-failed`, { source, kind, error: describeThrown(error) });
  if (error instanceof Error) log.log("debug", `${callee}-stack`, { source, stack: error.stack });
}

/** Describes a thrown value, which may be anything, also what has no text. */
export function describeThrown(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return `a value of type ${typeof error}`;
  }
}
