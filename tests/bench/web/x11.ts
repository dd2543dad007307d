/** A window of an X server that shows pixels, drawn with Xlib. */

import type { Region } from "../../../lib/source/frame.ts";

const XLIB = "libX11.so.6";
const Z_PIXMAP = 2;
const DEPTH = 24;

const SYMBOLS = {
  XOpenDisplay: { parameters: ["buffer"], result: "pointer" },
  XCloseDisplay: { parameters: ["pointer"], result: "i32" },
  XDefaultRootWindow: { parameters: ["pointer"], result: "u64" },
  XDefaultVisual: { parameters: ["pointer", "i32"], result: "pointer" },
  XDefaultGC: { parameters: ["pointer", "i32"], result: "pointer" },
  XCreateSimpleWindow: {
    parameters: ["pointer", "u64", "i32", "i32", "u32", "u32", "u32", "u64", "u64"],
    result: "u64",
  },
  XMapRaised: { parameters: ["pointer", "u64"], result: "i32" },
  XCreateImage: {
    parameters: [
      "pointer",
      "pointer",
      "u32",
      "i32",
      "i32",
      "buffer",
      "u32",
      "u32",
      "i32",
      "i32",
    ],
    result: "pointer",
  },
  XPutImage: {
    parameters: [
      "pointer",
      "u64",
      "pointer",
      "pointer",
      "i32",
      "i32",
      "i32",
      "i32",
      "u32",
      "u32",
    ],
    result: "i32",
  },
  XSync: { parameters: ["pointer", "i32"], result: "i32" },
  XFlush: { parameters: ["pointer"], result: "i32" },
} as const;

/** Whether Xlib is installed. */
export function hasXlib(): boolean {
  try {
    Deno.dlopen(XLIB, SYMBOLS).close();
    return true;
  } catch {
    return false;
  }
}

export class XWindow implements Disposable {
  readonly #xlib = Deno.dlopen(XLIB, SYMBOLS);
  readonly #display: Deno.PointerValue;
  readonly #window: bigint;
  readonly #image: Deno.PointerValue;
  readonly #gc: Deno.PointerValue;
  readonly #width: number;
  /** B, G, R, 0 as X has them; the image borrows them. */
  readonly #words: Uint32Array<ArrayBuffer>;

  /** @param display Its name, such as `:1`. */
  constructor(display: string, width: number, height: number) {
    const x = this.#xlib.symbols;
    this.#display = x.XOpenDisplay(new TextEncoder().encode(`${display}\0`));
    if (this.#display === null) throw new Error(`the X server ${display} cannot be reached`);
    this.#width = width;
    this.#words = new Uint32Array(width * height);
    const root = x.XDefaultRootWindow(this.#display);
    this.#window = x.XCreateSimpleWindow(this.#display, root, 0, 0, width, height, 0, 0n, 0n);
    x.XMapRaised(this.#display, this.#window);
    this.#gc = x.XDefaultGC(this.#display, 0);
    this.#image = x.XCreateImage(
      this.#display,
      x.XDefaultVisual(this.#display, 0),
      DEPTH,
      Z_PIXMAP,
      0,
      new Uint8Array(this.#words.buffer),
      width,
      height,
      32,
      0,
    );
    x.XSync(this.#display, 0);
  }

  /** Takes over pixels of a picture of the same size, without showing them. */
  load(rgba: Uint8Array<ArrayBuffer>, { x, y, width, height }: Region): void {
    const from = new Uint32Array(rgba.buffer);
    for (let row = y; row < y + height; row++) {
      const start = row * this.#width + x;
      for (let at = start; at < start + width; at++) {
        const word = from[at]!;
        this.#words[at] = word >>> 16 & 0xff | word & 0xff00 | (word & 0xff) << 16;
      }
    }
  }

  /** Sends a region to the X server. */
  put({ x, y, width, height }: Region): void {
    const { XPutImage, XFlush } = this.#xlib.symbols;
    XPutImage(
      this.#display,
      this.#window,
      this.#gc,
      this.#image,
      x,
      y,
      x,
      y,
      width,
      height,
    );
    XFlush(this.#display);
  }

  [Symbol.dispose](): void {
    this.#xlib.symbols.XCloseDisplay(this.#display);
    this.#xlib.close();
  }
}
