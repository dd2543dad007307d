/**
 * The verbs that tell a client how it is shown, and how it is to behave.
 *
 * @module
 */

import type { TransferOptions } from "./transfer_types.ts";
import type { AnchorhintOptions, DisplayFlag, DisplayhintOptions } from "./verbs/display.ts";
import type { FramemodeOptions, SeekOptions } from "./verbs/playback.ts";
import type { GeohintOptions, GraphSlot } from "./verbs/preferences.ts";

/** What comes with a font hint. */
export interface FonthintOptions extends TransferOptions {
  /** A font file: TrueType, OpenType or what else the client reads. Not copied. */
  readonly font?: Uint8Array;
  /** Whether the font adds to the one before it and does not take its place. */
  readonly merge?: boolean;
  /** Sends also what real clients do not survive. */
  readonly force?: boolean;
}

/**
 * Hints to a client. Each verb returns whether it was sent: `false` once the segment has ended. Wrong
 * arguments throw before anything is sent, and so does each verb on a subsegment (`unsafe-verb`): a
 * real source gives every event to its primary segment, whatever the channel.
 */
export interface SourceHints {
  /**
   * Asks for another size, or tells the state of the window (`target_displayhint`).
   *
   * Given in `preroll` it takes the place of the size that clients begin with. A terminal rounds the
   * size down to whole cells; `resized` says what it made of it.
   *
   * @param width Width in pixels, 0 to 8192; 0 to keep.
   * @param height Height in pixels, 0 to 8192; 0 to keep.
   * @param flags Every state that holds from now on: names, or their bits. `continued` while the user
   * still drags, `invisible`, `unfocused`, `maximized`, `fullscreen`, `detached`.
   * @param options Density, cells, screen.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`; `unsafe-verb` on a subsegment, and for another density
   * after the preroll of a terminal: real ones crash when their cells become smaller by it.
   */
  targetDisplayhint(
    width: number,
    height: number,
    flags?: number | readonly DisplayFlag[],
    options?: DisplayhintOptions,
  ): boolean;

  /**
   * Sets size and hinting of the font, and sends the font itself (`target_fonthint`).
   *
   * The font travels behind the hint, as a transfer; a client that has the same one in its cache
   * cancels the transfer. In a preroll it leaves the cells of a terminal as they are, 8 by 16 pixels
   * unless {@linkcode targetDisplayhint} gives others there: with the font's own cells real terminals
   * can crash.
   *
   * @param sizeMm Size in millimetres; 0 to keep.
   * @param hinting -1 to keep, 0 off, 1 monochrome, 2 light, 3 medium, to 16; -1 unless given.
   * @param options The font, and call-backs of its transfer.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `queue-full`; `unsafe-verb` on a subsegment, and after
   * the preroll of a terminal: real ones crash when their cells become smaller by it.
   */
  targetFonthint(sizeMm: number, hinting?: number, options?: FonthintOptions): boolean;

  /**
   * Tells where the user is and which languages they use (`target_geohint`). Real clients read it in
   * their preroll alone.
   *
   * @param place Degrees, metres, codes of three letters.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  targetGeohint(place: GeohintOptions): boolean;

  /**
   * Sets one colour of the palette, or puts the colours into effect (`target_graphmode`). A terminal
   * changes its colours at the slot `commit`.
   *
   * @param slot A name, or a number with the bit 256 for the background.
   * @param red 0 to 255; the opacity for the slot `alpha`. 0 unless given.
   * @param green 0 to 255; 0 unless given.
   * @param blue 0 to 255; 0 unless given.
   * @param behind Whether the colour behind the text is meant; only `text`, and `highlight` to `ui`.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  targetGraphmode(
    slot: GraphSlot | number,
    red?: number,
    green?: number,
    blue?: number,
    behind?: boolean,
  ): boolean;

  /**
   * Tells where a window is (`target_anchorhint`), for clients that arrange windows themselves.
   *
   * @param anchor Pixels, order, and the windows that are meant.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  targetAnchorhint(anchor: AnchorhintOptions): boolean;

  /**
   * Pauses the client; inside `preroll` it withholds the permission to draw (`suspend_target`). A
   * paused client loses the input that is sent to it, so {@linkcode SourceInput.targetInput} sends
   * none then.
   *
   * @returns Whether it was sent, or withheld.
   * @throws {ApiMisuseError} `unsafe-verb` on a subsegment.
   */
  suspendTarget(): boolean;

  /**
   * Ends what {@linkcode suspendTarget} began (`resume_target`).
   *
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `unsafe-verb` on a subsegment.
   */
  resumeTarget(): boolean;

  /**
   * Asks the client to start over (`reset_target`).
   *
   * @param hard Whether nothing is to be kept; a real terminal does not come back from that.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `unsafe-verb` on a subsegment.
   */
  resetTarget(hard?: boolean): boolean;

  /**
   * Steps the frames of the client, or one of its clocks (`stepframe_target`). A real source makes the
   * steps of the clocks that its client asks for by itself.
   *
   * @param frames How many steps; 1 unless given.
   * @param id 0 for frames, else the number of the clock; 0 unless given.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  stepframeTarget(frames?: number, id?: number): boolean;

  /**
   * Sets which frames the client delivers (`target_framemode`).
   *
   * @param mode `automatic` or 0; `all` or -1; 1 to 9 for every nth; from 10 for every (n - 9)th with
   * a faster clock.
   * @param options Delays.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  targetFramemode(mode: "automatic" | "all" | number, options?: FramemodeOptions): boolean;

  /**
   * Moves to a position in time or in the content (`target_seek`). Scrolls a terminal up by
   * `targetSeek(-3, { time: false })`; it gets an `x` of -1 with that, as real ones need it.
   *
   * @param value Relative: milliseconds, or whole steps from top to bottom. Absolute: 0 to 1.
   * @param options Relative and in time unless it says otherwise.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  targetSeek(value: number, options?: SeekOptions): boolean;

  /**
   * Sets an option that the client announced by `coreopt` (`target_coreopt`).
   *
   * @param slot The number of the option.
   * @param value At most 77 bytes of UTF-8.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  targetCoreopt(slot: number, value: string): boolean;

  /**
   * Says what is plugged into an input port (`target_portconfig`).
   *
   * @param port The port.
   * @param kind The kind of device, as the client numbers them.
   * @returns Whether it was sent.
   * @throws {ApiMisuseError} `bad-argument`, `unsafe-verb` on a subsegment.
   */
  targetPortconfig(port: number, kind: number): boolean;
}
