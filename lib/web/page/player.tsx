/**
 * Plays recordings: text on a terminal, pixels as the sequence of their pictures. Loaded when one is
 * played.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { addressOf } from "./api.ts";
import { type Cast, readCast } from "./cast.ts";
import { Playback } from "./playback.ts";
import { TextScreen } from "./text_screen.ts";

const SPEEDS = [1, 2, 4, 8] as const;
/** Recordings that take more memory than a page should. */
const MOST_CAST_BYTES = 64 << 20;

export interface Part {
  readonly name: string;
  readonly segment: number;
  readonly content: string;
}

/** A picture of a recording. */
interface Still {
  readonly seconds: number;
  readonly file: string;
  readonly width: number;
  readonly height: number;
}

/** What shows a recording. */
interface Shown {
  readonly playback: Playback;
  close(): void;
}

export function Player({ part }: { readonly part: Part }) {
  const host = useRef<HTMLDivElement>(null);
  const shown = useSignal<Shown | undefined>(undefined);
  const fault = useSignal("");
  useEffect(() => {
    let isOver = false;
    const opening = part.content === "text"
      ? openText(part, host.current!)
      : openPictures(part, host.current!);
    opening.then((opened) => {
      if (isOver) return opened.close();
      shown.value = opened;
      opened.playback.seek(0);
      opened.playback.play();
    }, (error) => fault.value = (error as Error).message);
    return () => {
      isOver = true;
      shown.peek()?.close();
    };
  }, []);
  return (
    <div class="player">
      <div class="stage" ref={host} data-part={`${part.segment} ${part.content}`} />
      {fault.value !== "" && <p class="fault" role="alert">{fault.value}</p>}
      {shown.value !== undefined && <Controls playback={shown.value.playback} />}
    </div>
  );
}

function Controls({ playback }: { readonly playback: Playback }) {
  const { at, isPlaying, speed, seconds } = playback;
  return (
    <div class="row">
      <button
        type="button"
        class="primary"
        onClick={() => isPlaying.value ? playback.pause() : playback.play()}
      >
        {isPlaying.value ? "Pause" : "Play"}
      </button>
      <input
        type="range"
        aria-label="Time"
        min={0}
        max={seconds}
        step="any"
        value={at}
        onInput={({ currentTarget }) => playback.seek(Number(currentTarget.value))}
      />
      <span class="mono">{clock(at.value)} / {clock(seconds)}</span>
      <label>
        <span class="hidden">Speed</span>
        <select onChange={({ currentTarget }) => speed.value = Number(currentTarget.value)}>
          {SPEEDS.map((each) => <option key={each} value={each}>{each}×</option>)}
        </select>
      </label>
    </div>
  );
}

async function openText({ name, segment }: Part, host: HTMLElement): Promise<Shown> {
  const response = await get(addressOf("recording", { name, text: segment }));
  if (Number(response.headers.get("content-length")) > MOST_CAST_BYTES) {
    throw new Error("This recording is too large for a page; download it and play it by asciinema");
  }
  const cast = readCast(await response.text());
  const element = document.createElement("div");
  element.className = "terminal-host";
  host.append(element);
  const screen = new TextScreen(
    element,
    {
      onTyped() {},
      onPaste() {},
      onWheel() {},
      onChanged: () => fit(screen, host),
      onKey: () => false,
    },
    "The recorded terminal",
    true,
  );
  const playback = new Playback(cast.seconds, showing(cast, screen));
  fit(screen, host);
  return {
    playback,
    close() {
      playback.pause();
      screen.dispose();
    },
  };
}

function fit(screen: TextScreen, host: HTMLElement): void {
  const { width, height } = screen.layout(
    { width: host.clientWidth, height: innerHeight * 0.6 },
    "fit",
  );
  Object.assign(screen.element.style, { width: `${width}px`, height: `${height}px` });
}

/** Writes what comes up to a time; before that, everything from the beginning when it goes back. */
function showing({ events }: Cast, screen: TextScreen): (seconds: number) => void {
  const RESET = "\x1bc";
  let next = 0;
  let shownS = -1;
  return (seconds) => {
    let ansi = "";
    if (seconds < shownS) {
      next = 0;
      ansi = RESET;
    }
    shownS = seconds;
    let size = screen.grid;
    while (next < events.length && events[next]!.seconds <= seconds) {
      const { cols, rows, output } = events[next++]!;
      if (cols !== size.cols || rows !== size.rows) {
        // What was drawn before the size has changed is covered by what comes.
        if (ansi !== "") screen.write({ ...size, ansi }, () => {});
        ansi = "";
        size = { cols, rows };
      }
      ansi += output;
    }
    if (ansi !== "") screen.write({ ...size, ansi }, () => {});
  };
}

async function openPictures({ name, segment }: Part, host: HTMLElement): Promise<Shown> {
  const response = await get(addressOf("recording", { name, pixels: segment }));
  const lines = (await response.text()).split("\n").filter((line) => line.endsWith("}"));
  const stills = lines.map((line) => JSON.parse(line) as Still);
  if (stills.length === 0) throw new Error("Nothing was recorded of this segment");
  const first = stills[0]!.seconds;
  const picture = Object.assign(document.createElement("img"), { alt: "The recorded picture" });
  host.append(picture);
  const showAt = (seconds: number) => {
    const at = stills.findLastIndex((still) => still.seconds - first <= seconds);
    const { file, width, height } = stills[Math.max(at, 0)]!;
    const address = addressOf("recording", {
      name,
      pixels: segment,
      picture: Number.parseInt(file),
    });
    if (picture.getAttribute("src") === address) return;
    Object.assign(picture, { src: address, width, height });
  };
  const playback = new Playback(stills.at(-1)!.seconds - first, showAt);
  return {
    playback,
    close() {
      playback.pause();
      picture.remove();
    },
  };
}

async function get(address: string): Promise<Response> {
  const response = await fetch(address, { credentials: "same-origin", cache: "no-store" });
  if (!response.ok) throw new Error(String((await response.json()).error));
  return response;
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
