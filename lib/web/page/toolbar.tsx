/**
 * What can be done with a client.
 *
 * @module
 */

import { signal } from "@preact/signals";
import type { ComponentChildren, RefObject } from "preact";
import { useRef } from "preact/hooks";
import { addressOf, call } from "./api.ts";
import { copyText, readClipboard } from "./copy.ts";
import { nameOf, plain } from "./format.ts";
import { hostOf, splitHost } from "./host_name.ts";
import { Icon } from "./icons.tsx";
import { keepFocus } from "./keep_focus.ts";
import { MENU_KEYS } from "./key_menu.ts";
import { lazy } from "./lazy.tsx";
import type { Zoom } from "./pointer.ts";
import { mayDrive } from "./session.ts";
import type { Stage } from "./stage.ts";
import { notify, notifyFailure } from "./toasts.ts";
import { Tool } from "./tool.tsx";

const ClientFiles = lazy(async () => (await import("./files.tsx")).ClientFiles);
const RecordButton = lazy(async () => (await import("./recordings.tsx")).RecordButton);

/** Below this width the less frequent buttons are in a menu. */
const narrow = matchMedia("(max-width: 860px)");
const isNarrow = signal(narrow.matches);
narrow.addEventListener("change", () => isNarrow.value = narrow.matches);

/** How long a file stays for the browser to save it. */
const KEPT_MS = 60_000;

interface ToolbarProps {
  readonly bar: RefObject<HTMLElement | null>;
  readonly client: string;
  readonly stage: Stage;
  readonly isOnly: boolean;
  readonly onSearch: () => void;
}

export function Toolbar({ bar, client, stage, isOnly, onSearch }: ToolbarProps) {
  const row = stage.client.value;
  const name = row === undefined ? "…" : nameOf(row);
  const ident = plain(row?.ident ?? "");
  const host = hostOf(client);
  return (
    <header class="bar" ref={bar} onMouseDown={keepFocus}>
      {!isOnly && (
        <a class="tool" href="#/" aria-label="All clients" title="All clients">
          <Icon name="back" />
        </a>
      )}
      <h1 class="title">
        <span>{name}</span>
        {ident !== "" && ident !== name && <span class="quiet">{ident}</span>}
      </h1>
      {host !== undefined && <span class="badge" title={host}>{splitHost(host).machine}</span>}
      {!mayDrive.value && <span class="badge">look only</span>}
      {stage.ending.value === undefined && (
        <Controls client={client} stage={stage} onSearch={onSearch} />
      )}
    </header>
  );
}

type ControlsProps = Pick<ToolbarProps, "client" | "stage" | "onSearch">;

/** All buttons; on a narrow page the less frequent ones are in a menu. */
function Controls({ client, stage, onSearch }: ControlsProps) {
  const ending = useRef<HTMLDialogElement>(null);
  const buttons = (
    <>
      <ZoomSwitch stage={stage} />
      {!isNarrow.value && mayDrive.value && <KeysMenu stage={stage} />}
      <Tools client={client} stage={stage} onSearch={onSearch} />
      {mayDrive.value && (
        <Tool
          icon="power"
          label="End the program"
          onClick={() => ending.current!.showModal()}
        />
      )}
    </>
  );
  return (
    <>
      {isNarrow.value
        ? (
          <>
            {mayDrive.value && <KeysMenu stage={stage} />}
            <MoreMenu>{buttons}</MoreMenu>
          </>
        )
        : <div class="tools">{buttons}</div>}
      <EndDialog dialog={ending} client={client} stage={stage} />
    </>
  );
}

function MoreMenu({ children }: { readonly children: ComponentChildren }) {
  const menu = useRef<HTMLDivElement>(null);
  const onClick = ({ target }: MouseEvent) => {
    const within = target as Element;
    if (within.closest("[data-menu]") !== null) return;
    if (within.closest("a,button") !== null) menu.current!.hidePopover();
  };
  return (
    <>
      <button type="button" class="tool" popovertarget="more" aria-label="More">
        <Icon name="more" />
      </button>
      <div id="more" popover="auto" class="menu labelled" ref={menu} onClick={onClick}>
        {children}
      </div>
    </>
  );
}

function Tools({ client, stage, onSearch }: ControlsProps) {
  const isText = stage.content.value === "text";
  const isPixels = stage.content.value === "pixels";
  const paste = async () => {
    const text = await readClipboard();
    if (text !== undefined) stage.input.paste(text);
    stage.focus();
  };
  const copy = () => {
    const { terminal } = stage;
    const selection = terminal?.selection ?? "";
    const done = selection === "" ? "The whole screen is copied" : "Copied";
    void copyText(selection || (terminal?.text ?? ""), done);
  };
  const toggleFull = () => {
    if (document.fullscreenElement !== null) return void document.exitFullscreen();
    document.documentElement.requestFullscreen().then(() => {
      // Keys that the browser takes go to the client then, where it allows it.
      void (navigator as { keyboard?: { lock?(): Promise<void> } }).keyboard?.lock?.();
      stage.focus();
    }, () => notify("The browser does not show this page on the whole screen"));
  };
  return (
    <>
      {isText && <Tool icon="search" label="Find" onClick={onSearch} />}
      {isText && <Tool icon="copy" label="Copy" onClick={copy} />}
      {mayDrive.value && <Tool icon="paste" label="Paste" onClick={() => void paste()} />}
      {isPixels && mayDrive.value && (
        <Tool
          icon="lock"
          label="Lock the pointer"
          isPressed={stage.isLocked.value}
          onClick={() => void stage.lockPointer()}
        />
      )}
      {stage.sound.isThere.value && (
        <Tool
          icon={stage.sound.isMuted.value ? "mute" : "sound"}
          label={stage.sound.isMuted.value ? "Sound on" : "Mute"}
          isPressed={stage.sound.isMuted.value}
          onClick={() => stage.sound.setMuted(!stage.sound.isMuted.value)}
        />
      )}
      {isPixels ? <Tool icon="camera" label="Screenshot" onClick={() => savePicture(stage)} /> : (
        <a
          class="tool"
          title="Screenshot"
          href={addressOf("snapshot", { client })}
          download={`${fileName(stage)}.txt`}
        >
          <Icon name="camera" />
          <span class="label">Screenshot</span>
        </a>
      )}
      {mayDrive.value && <RecordButton client={client} recording={stage.client.value?.recording} />}
      {mayDrive.value && <ClientFiles client={client} />}
      <Tool icon="full" label="Full screen" onClick={toggleFull} />
    </>
  );
}

function ZoomSwitch({ stage }: { readonly stage: Stage }) {
  const choice = (zoom: Zoom, label: string, title: string) => (
    <button
      type="button"
      title={title}
      aria-pressed={stage.zoom.value === zoom}
      onClick={() => stage.setZoom(zoom)}
    >
      {label}
    </button>
  );
  return (
    <div class="switch" role="group" aria-label="Size">
      {choice("fit", "Fit", "As large as the window; the program is asked to follow")}
      {choice("exact", "1:1", "Pixel for pixel; the program keeps its size")}
    </div>
  );
}

function KeysMenu({ stage }: { readonly stage: Stage }) {
  return (
    <>
      <button type="button" class="tool" popovertarget="keys" aria-label="Keys" title="Keys">
        <Icon name="keys" />
      </button>
      <div id="keys" popover="auto" class="menu keys">
        <p class="quiet">
          Keys that the browser takes. <kbd>Ctrl+F6</kbd> moves from the program to this bar.
        </p>
        {MENU_KEYS.map((group) => (
          <div class="group" role="group" key={group[0]!.label}>
            {group.map(({ label, key, modifiers }) => (
              <button
                type="button"
                key={label}
                onClick={() => stage.input.press(key, modifiers)}
              >
                {label}
              </button>
            ))}
          </div>
        ))}
      </div>
    </>
  );
}

function EndDialog({ dialog, client, stage }: {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly client: string;
  readonly stage: Stage;
}) {
  const end = async () => {
    try {
      await call("end", { client });
    } catch (error) {
      notifyFailure(error);
    }
  };
  return (
    <dialog ref={dialog} class="ask" aria-labelledby="end-title">
      <form method="dialog" onSubmit={() => void end()}>
        <h2 id="end-title">End “{stage.label}”?</h2>
        <p>The program is asked to exit, and cut off when it stays.</p>
        <div class="row">
          <button type="button" autofocus onClick={() => dialog.current!.close()}>Keep it</button>
          <button type="submit" class="primary danger">End it</button>
        </div>
      </form>
    </dialog>
  );
}

/** What is shown, also where the browser alone can decode it. */
function savePicture(stage: Stage): void {
  stage.canvas?.toBlob((blob) => {
    if (blob === null) return notify("The browser cannot make a file of this picture");
    const href = URL.createObjectURL(blob);
    const link = Object.assign(document.createElement("a"), { href });
    link.download = `${fileName(stage)}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(href), KEPT_MS);
  });
}

function fileName({ label }: Stage): string {
  return label.replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 60) || "screenshot";
}
