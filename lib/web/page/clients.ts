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
const POLL_MS = 2000;
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
  readonly client: Client;
  /** Why it has ended; absent while it is there. */
  readonly lastWords?: string;
}

export const clients = signal<readonly Shown[]>([]);
/** Whether the list has come at least once. */
export const isListed = signal(false);
export const knocks = signal<readonly Knock[]>([]);

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
        merge(listed);
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

function onFailure(error: unknown): void {
  // Too many readers of records: the lists still come.
  if (error instanceof Refusal && error.status !== 401) return;
  void check();
}

/** A client has ended: its tile fades with its last words. */
export function hasEnded(id: number, lastWords: string): void {
  const at = clients.value.findIndex(({ client }) => client.id === id);
  if (at < 0 || clients.value[at]!.lastWords !== undefined) return;
  clients.value = clients.value.with(at, { client: clients.value[at]!.client, lastWords });
  setTimeout(() => {
    clients.value = clients.value.filter(({ client }) => client.id !== id);
  }, FADE_MS);
}

function merge(listed: readonly Client[]): void {
  isListed.value = true;
  const gone = clients.value.filter(({ client, lastWords }) =>
    lastWords === undefined && !listed.some(({ id }) => id === client.id)
  );
  const ended = clients.value.filter(({ client, lastWords }) =>
    lastWords !== undefined && !listed.some(({ id }) => id === client.id)
  );
  const now: Shown[] = listed.map((client) => ({ client }));
  clients.value = [...now, ...ended, ...gone].sort((a, b) => a.client.id - b.client.id);
  for (const { client } of gone) hasEnded(client.id, "");
}
