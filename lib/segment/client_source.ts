/**
 * What stands behind a {@linkcode Source}.
 *
 * @module
 */

import type { AudioChunk } from "../decoders/audio.ts";
import type { AccessUnit } from "../decoders/h264.ts";
import type { SurfaceView } from "../decoders/surface_view.ts";
import { ApiMisuseError } from "../errors.ts";
import { segmentKindNumber } from "../wire/constants.ts";
import type { EventInput, InputEventInput, TargetEventInput } from "../wire/event/types.ts";
import type { KeysymName } from "../wire/keysyms.ts";
import type { SinkEndpoint } from "./endpoint.ts";
import type { Peer } from "./peer.ts";
import type { Segment } from "./segment.ts";
import type { ClientHandler, PushedKind, Source } from "./source.ts";
import type { FonthintOptions } from "./source_hints.ts";
import type { IoInput } from "./status_io_types.ts";
import type { BinaryOffer, BinaryTransfer, BinaryType, TransferOptions } from "./transfer_types.ts";
import { refuse } from "./verbs/check.ts";
import type { AnchorhintOptions, DisplayFlag, DisplayhintOptions } from "./verbs/display.ts";
import { readAccept } from "./verbs/accept.ts";
import { anchorhintEvent, displayhintEvents } from "./verbs/display.ts";
import { inputEvent } from "./verbs/input.ts";
import type { InputCapabilities } from "./verbs/input_mask.ts";
import { capabilitiesOf, isMasked } from "./verbs/input_mask.ts";
import type { KeyModifier } from "./verbs/keyboard.ts";
import { keyEvents, pastedEvents, typedEvents } from "./verbs/keyboard.ts";
import { messageEvents } from "./verbs/message.ts";
import type { MouseButton, PointerPosition } from "./verbs/mouse.ts";
import { clickEvents, motionEvent, wheelEvents } from "./verbs/mouse.ts";
import type { FramemodeOptions, SeekOptions } from "./verbs/playback.ts";
import {
  coreoptEvent,
  framemodeEvent,
  portconfigEvent,
  seekEvent,
  stepframeEvent,
} from "./verbs/playback.ts";
import type { GeohintOptions, GraphSlot } from "./verbs/preferences.ts";
import { fonthintEvent, geohintEvent, graphmodeEvent } from "./verbs/preferences.ts";

const PUSHED_KINDS: readonly string[] = ["debug", "accessibility"] satisfies PushedKind[];
/** Decides about masks for keys and text. */
const ANY_KEY: InputEventInput = { category: "input", kind: "translated" };

/** One segment of a client. */
export class ClientSource implements Source {
  readonly #endpoint: SinkEndpoint;
  #handler: ClientHandler | undefined;
  #pointer: PointerPosition = { x: 0, y: 0 };

  readonly role = "client" as const;
  /** Whether the handler is told of frames; observers always are. */
  wantsFrames = false;
  /** Who sees its records before the handler. */
  readonly observers: ClientHandler[] = [];
  /** The state behind it. */
  readonly segment: Segment;
  onAudio: ((chunk: AudioChunk) => void | Promise<void>) | undefined;
  onH264: ((unit: AccessUnit) => void | Promise<void>) | undefined;
  onBinary: ((offer: BinaryOffer) => void | Promise<void>) | undefined;

  /**
   * @param endpoint The connection.
   * @param segment The segment.
   */
  constructor(endpoint: SinkEndpoint, segment: Segment) {
    this.#endpoint = endpoint;
    this.segment = segment;
  }

  get id(): number {
    return this.segment.id;
  }

  get peer(): Peer {
    return this.#endpoint.peer;
  }

  get segkind(): string {
    return this.segment.kindName;
  }

  get title(): string {
    return this.segment.title;
  }

  get isEnded(): boolean {
    return this.segment.state === "ended";
  }

  get surface(): SurfaceView {
    return this.segment.video.surface;
  }

  get handler(): ClientHandler | undefined {
    return this.#handler;
  }

  text(): string {
    return this.surface.gridText({ trimEnd: true });
  }

  acceptTarget(
    first?: ClientHandler | number,
    height?: number,
    third?: ClientHandler,
  ): Source | undefined {
    const { handler } = readAccept(first, height, third);
    const request = this.#endpoint.request;
    if (request === undefined || request.segment !== this.segment || request.answered) {
      throw new ApiMisuseError("wrong-state", "acceptTarget outside a segment_request");
    }
    return this.#beget(this.#endpoint.accept(request), handler);
  }

  targetAlloc(kind: PushedKind, handler?: ClientHandler): Source | undefined {
    this.#mustBePrimary();
    if (!PUSHED_KINDS.includes(kind)) refuse(`no segment of kind ${kind} can be pushed`);
    if (this.#isClosed) return undefined;
    return this.#beget(this.#endpoint.push(this.segment, segmentKindNumber(kind)!, 0), handler);
  }

  targetParent(): Source | undefined {
    return this.segment.parent && this.#endpoint.sourceOf(this.segment.parent);
  }

  targetUpdatehandler(handler: ClientHandler | undefined): void {
    this.#handler = handler;
  }

  addObserver(observer: ClientHandler): void {
    this.observers.push(observer);
    this.segment.verbose = true;
  }

  targetVerbose(on = true): void {
    this.wantsFrames = on;
    this.segment.verbose = on || this.observers.length > 0;
  }

  targetFlags(flag: "verbose", on = true): void {
    if (flag !== "verbose") refuse(`the flag ${flag} steers a display server, there is none`);
    this.targetVerbose(on);
  }

  deleteImage(lastWords = ""): void {
    if (lastWords.includes("\0")) refuse("the last words contain NUL");
    this.#endpoint.close(this.segment, lastWords);
  }

  targetInput(input: string | IoInput): boolean {
    return typeof input === "string" ? this.messageTarget(input) : this.#input(inputEvent(input));
  }

  messageTarget(text: string): boolean {
    return this.#send(...messageEvents(text));
  }

  inputCapabilities(): InputCapabilities {
    return capabilitiesOf(this.segment.inputMask);
  }

  typeText(text: string): boolean {
    return this.#burst(typedEvents(text));
  }

  paste(text: string): boolean {
    return this.#burst(pastedEvents(text));
  }

  pressKey(key: KeysymName | number, modifiers: readonly KeyModifier[] = []): boolean {
    return this.#burst(keyEvents(key, modifiers));
  }

  moveMouse(x: number, y: number): boolean {
    const { event, position } = motionEvent(x, y, this.#pointer);
    if (!this.#input(event)) return false;
    this.#pointer = position;
    return true;
  }

  clickMouse(button: MouseButton | number = "left", x?: number, y?: number): boolean {
    const events = clickEvents(button);
    if (x !== undefined || y !== undefined) {
      // A client that takes no motion may take clicks all the same.
      this.moveMouse(x ?? this.#pointer.x, y ?? this.#pointer.y);
    }
    return this.#input(...events);
  }

  wheel(steps: number): boolean {
    return this.#input(...wheelEvents(steps));
  }

  targetDisplayhint(
    width: number,
    height: number,
    flags: number | readonly DisplayFlag[] = 0,
    options: DisplayhintOptions = {},
  ): boolean {
    const events = displayhintEvents(width, height, flags, options);
    if (options.ppcm !== undefined) this.#mustSurviveCells(options.force);
    if (!this.#send(...events)) return false;
    if (this.segment.state !== "active") {
      this.segment.hints.display = events.at(-1) as TargetEventInput<"displayhint">;
    }
    if (options.output !== undefined) this.#note("output");
    return true;
  }

  targetFonthint(sizeMm: number, hinting = -1, options: FonthintOptions = {}): boolean {
    const event = fonthintEvent(sizeMm, hinting);
    this.#mustSurviveCells(options.force);
    const { font, merge } = options;
    if (this.#isClosed) return false;
    // The event goes first: the source remembers the size for the font that follows.
    if (font === undefined) return this.#note("font", this.#send(event));
    return this.#transfer(merge ? "fontSupplement" : "font", font, options, event) !== false &&
      this.#note("font");
  }

  targetGeohint(place: GeohintOptions): boolean {
    return this.#send(geohintEvent(place));
  }

  targetGraphmode(
    slot: GraphSlot | number,
    red = 0,
    green = 0,
    blue = 0,
    behind = false,
  ): boolean {
    return this.#send(graphmodeEvent(slot, red, green, blue, behind));
  }

  targetAnchorhint(anchor: AnchorhintOptions): boolean {
    return this.#send(anchorhintEvent(anchor));
  }

  suspendTarget(): boolean {
    this.#mustBePrimary();
    if (this.#isClosed) return false;
    this.segment.suspended = true;
    return this.segment.state !== "active" || this.#send({ category: "target", kind: "pause" });
  }

  resumeTarget(): boolean {
    this.#mustBePrimary();
    if (this.#isClosed) return false;
    this.segment.suspended = false;
    if (this.segment.state === "active") return this.#send({ category: "target", kind: "unpause" });
    this.#endpoint.activate(this.segment);
    return true;
  }

  resetTarget(hard = false): boolean {
    return this.#send({ category: "target", kind: "reset", level: hard ? 1 : 0 });
  }

  stepframeTarget(frames = 1, id = 0): boolean {
    return this.#send(stepframeEvent(frames, id));
  }

  targetFramemode(mode: "automatic" | "all" | number, options: FramemodeOptions = {}): boolean {
    return this.#send(framemodeEvent(mode, options));
  }

  targetSeek(value: number, options: SeekOptions = {}): boolean {
    const { relative = true, time = true, x } = options;
    // The real terminal tells up from down by the sign of x.
    const isUp = value < 0 && relative && !time && x === undefined;
    const leftward = isUp && this.segkind === "terminal" ? { x: -1 } : {};
    return this.#send(seekEvent(value, { ...options, ...leftward }));
  }

  targetCoreopt(slot: number, value: string): boolean {
    return this.#send(coreoptEvent(slot, value));
  }

  targetPortconfig(port: number, kind: number): boolean {
    return this.#send(portconfigEvent(port, kind));
  }

  restoreTarget(state: Uint8Array, options: TransferOptions = {}): BinaryTransfer | false {
    return this.#transfer("state", state, options);
  }

  openNonblock(content: Uint8Array, options: TransferOptions = {}): BinaryTransfer | false {
    return this.#transfer("blob", content, options);
  }

  get #isClosed(): boolean {
    return this.#endpoint.isClosed(this.segment);
  }

  /** Gives a new segment what it has of this one. */
  #beget(
    opened: ClientSource | undefined,
    handler: ClientHandler | undefined,
  ): ClientSource | undefined {
    opened?.targetUpdatehandler(handler ?? this.#handler);
    for (const observer of this.observers) opened?.addObserver(observer);
    return opened;
  }

  #transfer(
    type: BinaryType,
    content: Uint8Array,
    options: TransferOptions,
    before?: EventInput,
  ): BinaryTransfer | false {
    this.#mustBePrimary();
    if (this.#isClosed) return false;
    return this.#endpoint.output.transfer(type, content, options, before) ?? false;
  }

  #input(...events: InputEventInput[]): boolean {
    const { suspended, state, inputMask } = this.segment;
    this.#mustBePrimary();
    if (suspended && state === "active") return false;
    if (events.some((event) => isMasked(event, inputMask))) return false;
    return this.#send(...events);
  }

  #burst(events: Iterable<InputEventInput>): boolean {
    const { suspended, state, inputMask } = this.segment;
    this.#mustBePrimary();
    if ((suspended && state === "active") || isMasked(ANY_KEY, inputMask)) return false;
    return this.#endpoint.sendEvents(this.segment, events);
  }

  #send(...events: EventInput[]): boolean {
    this.#mustBePrimary();
    return this.#endpoint.sendEvents(this.segment, events);
  }

  /** Notes in a preroll that a hint was given, so that the defaults do not overwrite it. */
  #note(hint: "output" | "font", wasSent = true): boolean {
    if (wasSent && this.segment.state !== "active") this.segment.hints[hint] = true;
    return wasSent;
  }

  #mustBePrimary(): void {
    // A real source gives every event to its primary segment, whatever the channel.
    if (this.segment.channel === 0) return;
    throw new ApiMisuseError(
      "unsafe-verb",
      `source ${this.id} is a subsegment; its events would reach the primary segment`,
    );
  }

  #mustSurviveCells(force: boolean | undefined): void {
    const { isText, state } = this.segment;
    if (force || !isText || state !== "active") return;
    throw new ApiMisuseError(
      "unsafe-verb",
      `source ${this.id} shows text and could crash when its cells change after the preroll; ` +
        "do it in the preroll, or with the option force",
    );
  }
}
