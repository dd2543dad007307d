/**
 * One client, large, with what can be done with it.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { copyText } from "./copy.ts";
import { Elsewhere } from "./elsewhere_notice.tsx";
import { FileDrop } from "./file_drop.tsx";
import { nameOf, plain, sentence } from "./format.ts";
import { ScreenKeys } from "./screen_keys.tsx";
import { SearchBar } from "./search_bar.tsx";
import { connection, generation, mayDrive } from "./session.ts";
import { Stage } from "./stage.ts";
import { showInTab } from "./tab.ts";
import { notify } from "./toasts.ts";
import { Toolbar } from "./toolbar.tsx";
import { canDecode } from "./video_support.ts";

/** Copies made by a program that the user has just worked with go to the clipboard at once. */
function isAsked(): boolean {
  return document.hasFocus() && navigator.userActivation?.isActive === true;
}

export function ClientPage({ client, isOnly }: {
  readonly client: string;
  /** Whether the link is for this client alone. */
  readonly isOnly: boolean;
}) {
  const stage = useSignal<Stage | undefined>(undefined);
  const isSearching = useSignal(false);
  const host = useRef<HTMLDivElement>(null);
  const toolbar = useRef<HTMLElement>(null);
  const rights = mayDrive.value;
  const onKey = useMemo(() => (event: KeyboardEvent) => takeKey(event), []);
  const takeKey = (event: KeyboardEvent): boolean => {
    const hasCommand = (event.ctrlKey || event.metaKey) && event.shiftKey;
    const letter = hasCommand ? event.key.toLowerCase() : "";
    if (event.key === "F6" && event.ctrlKey) {
      toolbar.current!.querySelector<HTMLElement>("a,button")!.focus();
    } else if (letter === "c" && stage.peek()?.terminal !== undefined) copySelection(stage.peek()!);
    else if (letter === "f" && stage.peek()?.terminal !== undefined) isSearching.value = true;
    // The browser pastes then.
    else return letter === "v";
    event.preventDefault();
    return true;
  };
  useEffect(() => {
    let made: Stage | undefined;
    let isOver = false;
    void canDecode().then((decodesH264) => {
      if (isOver) return;
      made = stage.value = new Stage(client, { mayDrive: rights, decodesH264, onKey });
      host.current!.append(made.element);
    });
    return () => {
      isOver = true;
      made?.close();
      stage.value = undefined;
    };
  }, [client, rights]);
  const connected = generation.value;
  const first = useRef(connected);
  useEffect(() => {
    if (connected !== first.current) stage.value?.renew();
    first.current = connected;
  }, [connected]);
  const shown = stage.value;
  return (
    <div class="client">
      {shown && (
        <Toolbar
          bar={toolbar}
          client={client}
          stage={shown}
          isOnly={isOnly}
          onSearch={() => isSearching.value = true}
        />
      )}
      {shown && isSearching.value && (
        <SearchBar
          stage={shown}
          onClose={() => isSearching.value = false}
        />
      )}
      <main class={shown?.link.value === "lost" ? "view lost" : "view"}>
        <FileDrop client={client} isAllowed={rights}>
          <div class="host" ref={host} />
        </FileDrop>
        {shown && <Notices stage={shown} client={client} isOnly={isOnly} />}
      </main>
      {shown && rights && (
        <footer class="foot">
          <ScreenKeys stage={shown} />
        </footer>
      )}
      {shown && <TabTitle stage={shown} />}
      {shown && <Clipboard stage={shown} />}
    </div>
  );
}

function copySelection({ terminal }: Stage): void {
  const text = terminal?.selection ?? "";
  if (text === "") notify("Nothing is selected");
  else void copyText(text, "Copied");
}

/** What stands over the client when there is something to say. */
function Notices({ stage, client, isOnly }: {
  readonly stage: Stage;
  readonly client: string;
  readonly isOnly: boolean;
}) {
  const ending = stage.ending.value;
  const known = stage.client.value;
  const elsewhere = known !== undefined && (
    <Elsewhere
      word={client}
      client={known}
      leftMs={stage.leftMs}
      isFollowed={ending === undefined}
    />
  );
  const home = !isOnly && <a class="button primary" href="#/">All clients</a>;
  if (ending?.kind === "ended") {
    return (
      <div class="notice" role="alert">
        <h2>The program has ended</h2>
        {ending.lastWords !== "" && <p class="last-words">{plain(ending.lastWords)}</p>}
        {elsewhere}
        {home}
      </div>
    );
  }
  if (ending?.kind === "missing") {
    return (
      <div class="notice" role="alert">
        <h2>This program is not there any more</h2>
        {elsewhere}
        {home}
      </div>
    );
  }
  if (ending?.kind === "failed") {
    return (
      <div class="notice" role="alert">
        <h2>The view was closed</h2>
        <p>{sentence(ending.why)}</p>
        <button type="button" class="primary" onClick={() => location.reload()}>
          Open it again
        </button>
        {home}
      </div>
    );
  }
  if (stage.link.value === "lost") {
    const isOnline = connection.value.state === "online";
    const why = stage.away.value === "" ? "the connection is lost" : stage.away.value;
    return (
      <div class="notice small" role="status">
        <p>The picture stands still: {plain(why)}{isOnline && "; it is tried again"}.</p>
        {stage.away.value !== "" && elsewhere}
      </div>
    );
  }
  if (stage.link.value === "live" && stage.content.value === "none") {
    return (
      <div class="notice small" role="status">
        <p>The program has not drawn yet.</p>
      </div>
    );
  }
  return null;
}

function TabTitle({ stage }: { readonly stage: Stage }) {
  const client = stage.client.value;
  const isLost = stage.link.value === "lost" || stage.ending.value !== undefined;
  const title = client === undefined ? "" : nameOf(client);
  const content = stage.content.value;
  useEffect(() => title === "" ? undefined : showInTab(stage, title, isLost), [
    stage,
    title,
    isLost,
    content,
  ]);
  return null;
}

/** Text that the client offers: copied at once when its user has just asked for it, else by a click. */
function Clipboard({ stage }: { readonly stage: Stage }) {
  const text = stage.clipboard.value;
  useEffect(() => {
    if (text === "") return;
    stage.clipboard.value = "";
    const copy = () => void copyText(text, "Copied what the program has copied");
    if (isAsked()) copy();
    else notify("The program offers text for the clipboard", { label: "Copy", run: copy });
  }, [text]);
  return null;
}
