/**
 * All clients, and the strangers that knock, as they are now.
 *
 * @module
 */

import { signal } from "@preact/signals";
import type { Row } from "../../control/operations.ts";
import { call, lines, Refusal } from "./api.ts";
import { check, mayManage, session } from "./session.ts";

/** How often the lists are asked for; records ask at once. */
export const POLL_MS = 2000;
/** Records that come together are one question. */
const TOGETHER_MS = 60;
/** How long a client that has ended is still shown. */
export const FADE_MS = 8000;
/** Records after which the list is another. */
const CHANGING = /"kind":"(?:registered|preroll|resized|ident|terminated|segment_request)"/;

export type Client = Row<"list">;
export type Knock = Row<"knocks">;

/** A client on the page: one that is there, or that has just ended. */
export interface Shown {
  /** Names it: its number; `HOST/NUMBER` at another host. */
  readonly word: string;
  /** The id of its host; absent for this one. */
  readonly host: string | undefined;
  readonly client: Client;
  /** Why it has ended; absent while it is there. */
  readonly lastWords?: string;
}

/** Those of all hosts. */
export const clients = signal<readonly Shown[]>([]);
/** Whether the list has come at least once. */
export const isListed = signal(false);
export const knocks = signal<readonly Knock[]>([]);

/** What names a client. @param host The id of its host; absent for this one. */
export function wordOf(host: string | undefined, { id }: Pick<Client, "id">): string {
  return host === undefined ? String(id) : `${host}/${id}`;
}

/** Follows the listener. @param signal Ends it. */
export function follow(signal: AbortSignal): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  const askIn = (delayMs: number) => {
    if (signal.aborted || isAsking) return;
    clearTimeout(timer);
    timer = setTimeout(ask, delayMs);
  };
  const ask = async () => {
    isAsking = true;
    try {
      const [listed, knocking] = await Promise.all([
        call("list", {}),
        mayManage.value ? call("knocks", {}) : [],
      ]);
      if (!signal.aborted) {
        isListed.value = true;
        merge(undefined, listed);
        knocks.value = knocking;
      }
    } catch (error) {
      if (!signal.aborted) onFailure(error);
    } finally {
      isAsking = false;
    }
    askIn(POLL_MS);
  };
  signal.addEventListener("abort", () => clearTimeout(timer));
  void ask();
  // A link of one client has no records of others.
  if (session.value?.client === undefined) void watch(signal, () => askIn(TOGETHER_MS));
}

async function watch(signal: AbortSignal, onChange: () => void): Promise<void> {
  try {
    for await (const line of lines("watch", signal)) if (CHANGING.test(line)) onChange();
    if (!signal.aborted) void check();
  } catch (error) {
    if (!signal.aborted) onFailure(error);
  }
}

/** Makes sure that the listener answers after a list has failed to come. */
export function onFailure(error: unknown): void {
  // Too many readers of records: the lists still come.
  if (error instanceof Refusal && error.status !== 401) return;
  void check();
}

/** A client has ended: its tile fades with its last words. */
export function hasEnded(word: string, lastWords: string): void {
  const at = clients.value.findIndex((shown) => shown.word === word);
  if (at < 0 || clients.value[at]!.lastWords !== undefined) return;
  clients.value = clients.value.with(at, { ...clients.value[at]!, lastWords });
  setTimeout(() => {
    clients.value = clients.value.filter((shown) => shown.word !== word);
  }, FADE_MS);
}

/**
 * Takes the clients that a host lists; those that it lists no more have ended.
 *
 * @param lastWords What these have said last, as far as the page knows.
 */
export function merge(
  host: string | undefined,
  listed: readonly Client[],
  lastWords = "",
): void {
  const now = listed.map((client): Shown => ({ word: wordOf(host, client), host, client }));
  const words = new Set(now.map(({ word }) => word));
  const others = clients.value.filter((shown) => shown.host !== host);
  const left = clients.value.filter((shown) => shown.host === host && !words.has(shown.word));
  const own = [...now, ...left].sort((a, b) => a.client.id - b.client.id);
  clients.value = [...others, ...own];
  for (const { word } of left) hasEnded(word, lastWords);
}
