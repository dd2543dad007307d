/**
 * Whether this page is let in, and whether it reaches the listener.
 *
 * @module
 */

import { computed, signal } from "@preact/signals";
import { getSession, logIn, Refusal, type Session } from "./api.ts";
import { SLEPT_MS, waitMs } from "./retry.ts";

/** How often a page that is looked at makes sure that the listener answers. */
const CHECK_MS = 5000;

/** Where the page is on its way to the listener. */
export type Connection =
  | { readonly state: "opening" }
  /** The link is unknown, withdrawn or expired. */
  | { readonly state: "refused"; readonly why: string }
  | { readonly state: "online" }
  /** No answer; tried again at a time in milliseconds since 1970. */
  | { readonly state: "lost"; readonly retryAtMs: number }
  | { readonly state: "retrying" };

export const connection = signal<Connection>({ state: "opening" });
export const session = signal<Session | undefined>(undefined);
/** Counts the connections, so that what was lost with one begins again. */
export const generation = signal(0);

/** Whether input, files and the end of a client are allowed. */
export const mayDrive = computed(() => session.value?.rights === "all");
/** Whether strangers, keys and links are. */
export const mayManage = computed(() => mayDrive.value && session.value?.client === undefined);

/** Statuses that no further try changes: the link is not valid, or the page is at a wrong address. */
const FINAL = [401, 403, 421];

/** Of a link that was opened and not yet exchanged for the cookie. */
let pendingToken: string | undefined;
let tries = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let lastBeatMs = Date.now();
let isChecking = false;

/** Logs in. @param token Of a link that was just opened; the cookie of an earlier one unless given. */
export async function open(token?: string): Promise<void> {
  connection.value = { state: "opening" };
  pendingToken = token;
  try {
    await enter();
  } catch (error) {
    fail(error);
  }
}

/** Makes sure that the listener answers, as after something else has failed. */
export async function check(): Promise<void> {
  if (isChecking || connection.value.state === "refused") return;
  isChecking = true;
  clearTimeout(timer);
  try {
    await enter();
  } catch (error) {
    fail(error);
  } finally {
    isChecking = false;
  }
}

/** Watches for sleep, for networks that come and go, and for a listener that does not answer. */
export function watchConnection(): void {
  setInterval(() => {
    const now = Date.now();
    const hasSlept = now - lastBeatMs > SLEPT_MS;
    lastBeatMs = now;
    if (hasSlept) renew();
    else if (!document.hidden && connection.value.state === "online") void check();
  }, CHECK_MS);
  globalThis.addEventListener("online", () => void check());
  globalThis.addEventListener("offline", () => void check());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void check();
  });
}

/** Connections from before a sleep are dead and do not say so: new ones replace them. */
function renew(): void {
  if (connection.value.state === "online") {
    connection.value = { state: "retrying" };
  }
  void check();
}

async function enter(): Promise<void> {
  const was = connection.value.state;
  if (was === "lost") connection.value = { state: "retrying" };
  if (pendingToken !== undefined) await logIn(pendingToken);
  pendingToken = undefined;
  session.value = await getSession();
  tries = 0;
  if (was === "online") return;
  connection.value = { state: "online" };
  generation.value++;
}

function fail(error: unknown): void {
  if (error instanceof Refusal && FINAL.includes(error.status)) {
    pendingToken = undefined;
    session.value = undefined;
    connection.value = { state: "refused", why: error.message };
    return;
  }
  const delay = waitMs(++tries, Math.random());
  connection.value = { state: "lost", retryAtMs: Date.now() + delay };
  timer = setTimeout(() => void check(), delay);
}
