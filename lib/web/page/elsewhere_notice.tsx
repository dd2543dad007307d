/**
 * Goes to a client whose host cannot be reached, or says where it is, once it has connected to another host.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, getHosts } from "./api.ts";
import { POLL_MS, wordOf } from "./clients.ts";
import { findElsewhere, type Known, type Listed } from "./elsewhere.ts";
import { hostOf, splitHost } from "./host_name.ts";
import { clientAddress } from "./route.ts";
import { session } from "./session.ts";
import { notify } from "./toasts.ts";
import { useVisible } from "./visible.ts";

/** How many places are offered, if there are several. */
const MOST_OFFERED = 5;

export function Elsewhere({ word, client, leftMs, isFollowed }: {
  /** Names the client where it was. */
  readonly word: string;
  readonly client: Known;
  /** When it has left, in milliseconds since 1970. */
  readonly leftMs: number;
  /** Whether the page goes there by itself, if there is one such client. */
  readonly isFollowed: boolean;
}) {
  const found = useSignal<readonly string[]>([]);
  const isVisible = useVisible();
  const { host: here, client: only } = session.value ?? {};
  const isSought = isVisible && here !== undefined && only === undefined;
  useEffect(() => {
    if (!isSought) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const look = async () => {
      const words = findElsewhere(client, hostOf(word), leftMs, await listAll())
        .map(({ host, id }) => wordOf(host, { id }));
      if (isOver) return;
      if (isFollowed && words.length === 1) return goTo(words[0]!);
      found.value = words.slice(0, MOST_OFFERED);
      timer = setTimeout(look, POLL_MS);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [word, isSought, isFollowed]);
  if (found.value.length === 0) return null;
  return (
    <p>
      The same key is connected to{" "}
      {found.value.map((each) => <a key={each} href={clientAddress(each)}>{placeOf(each)}</a>)}
    </p>
  );
}

function goTo(word: string): void {
  notify(`The program is connected to ${placeOf(word)} now`);
  location.replace(clientAddress(word));
}

function placeOf(word: string): string {
  const host = hostOf(word);
  return host === undefined ? "this host" : splitHost(host).machine;
}

/** The clients of all hosts that answer; of none while nothing does. */
async function listAll(): Promise<Listed[]> {
  try {
    const [own, rows] = await Promise.all([call("list", {}), getHosts()]);
    const others = rows.filter(({ is_silent }) => !is_silent)
      .map(({ id, clients = [] }) => ({ host: id, clients }));
    return [{ host: undefined, clients: own }, ...others];
  } catch {
    // The page says by itself that the connection is lost.
    return [];
  }
}
