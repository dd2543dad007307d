/**
 * The clients of one thread, as the control interface sees them.
 *
 * @module
 */

import { processMemory } from "../decoders/memory_budget.ts";
import { ControlError, StreamError } from "../errors.ts";
import { describeJson } from "../handlers/describe.ts";
import { resultJson } from "../handlers/pipe/call.ts";
import type { Recorder } from "../handlers/record/recorder.ts";
import { PictureEncoder } from "../handlers/pictures/encoder.ts";
import { encodePicture, type Snapshot, takeSnapshot } from "../handlers/pictures/snapshot.ts";
import { type Listener, type ListenerView, viewOf } from "../net/listener.ts";
import type { ClientView } from "../net/live_client.ts";
import type { ClientSource } from "../segment/client_source.ts";
import { performCall } from "../web/views/call.ts";
import type { OpenView, ViewOptions, ViewOutput } from "../web/views/types.ts";
import type { Views } from "../web/views/views.ts";
import { ClientFiles } from "./files/client_files.ts";
import type { FileRow, SentState, ThreadFiles } from "./files/thread_files.ts";
import { LoopDelay } from "./loop_delay.ts";
import type { Result } from "./operations.ts";

/** What is said of a client. */
export type ClientRow = Result<"show">;

/** What one thread has counted, and holds now. */
export type ThreadFigures = Omit<
  Result<"stats">,
  | "memory_bytes"
  | "workers"
  | "watchers"
  | "keystore_age_seconds"
  | "fleet_state_seconds"
  | "fleet_other_hosts"
  | "fleet_other_clients"
  | "fleet_records"
  | "fleet_waiting_records"
  | "fleet_spool_bytes"
  | "uptime_seconds"
>;

/** A record as a line, without its line feed. */
export interface WatchedLine {
  /** The number of the client's first segment, or that of the listener. */
  readonly client: number;
  readonly kind: string;
  readonly line: string;
}

/** The clients of a thread; in a worker all answers take a while. */
export interface ClientsControl extends ThreadFiles {
  clients(): readonly ClientRow[] | Promise<readonly ClientRow[]>;
  /** @param id The number of a segment. @returns `undefined` while nothing is shown. */
  snapshot(id: number): Promise<Snapshot | undefined>;
  /** @returns Whether the client has taken all of it. */
  type(id: number, text: string): Promise<boolean>;
  /**
   * Calls a verb.
   *
   * @param id The number of a segment.
   * @returns What came of it, in a form for JSON: `false` when the client does not take it.
   */
  call(id: number, verb: string, args: readonly unknown[]): Promise<unknown>;
  end(id: number, lastWords: string): void | Promise<void>;
  /**
   * Opens a view of a client: what it shows, and input back.
   *
   * @param id The number of the client.
   */
  openView(id: number, options: ViewOptions, output: ViewOutput): OpenView | Promise<OpenView>;
  /** Begins or ends the recording of a client. @returns The name of one that has begun. */
  record(id: number, isOn: boolean): Promise<string | undefined>;
  /** @returns `undefined` when the thread has ended and nothing is known of it. */
  figures(): ThreadFigures | Promise<ThreadFigures | undefined>;
  /** Gives records from now on, or no more. */
  watch(isOn: boolean): void;
}

/** Starts and stops recordings of clients; see {@linkcode Recorder}. */
export type ClientRecorder = Pick<Recorder, "start" | "stop" | "nameOf">;

export interface LocalClientsOptions {
  /** Gets records while they are watched. */
  readonly onLine: (line: WatchedLine) => void;
  /** None are recorded without it. */
  readonly recorder?: ClientRecorder;
  /** None can be viewed without it; see {@linkcode loadViews}. */
  readonly views?: Views | undefined;
  /** Whether the files that clients offer can be asked for; they can unless `false`. */
  readonly keepsFiles?: boolean;
}

/** Loads what a listener with views needs, so that it costs no start-up time without them. */
export async function loadViews(): Promise<Views> {
  const { Views } = await import("../web/views/views.ts");
  return new Views();
}

/** The clients of a listener in this thread. */
export class LocalClients implements ClientsControl, Disposable {
  readonly #view: ListenerView;
  readonly #loopDelay = new LoopDelay();
  readonly #views: Views | undefined;
  readonly #onLine: (line: WatchedLine) => void;
  readonly #recorder: ClientRecorder | undefined;
  readonly #files = new ClientFiles();

  constructor(
    listener: Listener,
    { onLine, recorder, views, keepsFiles = true }: LocalClientsOptions,
  ) {
    this.#view = viewOf(listener);
    this.#onLine = onLine;
    this.#recorder = recorder;
    this.#views = views;
    if (!keepsFiles) return;
    this.#view.tap.onOffer = this.#files.offer;
    this.#view.tap.onEnded = this.#files.forget;
  }

  clients(): ClientRow[] {
    return this.#view.clients().map((client) => this.#describe(client));
  }

  async snapshot(id: number): Promise<Snapshot | undefined> {
    const source = this.#source(id);
    if (source.segment.video.coded.number === 0) return await takeSnapshot(source);
    const { decode } = this.#view.clients().find(({ segments }) => segments.includes(source))!;
    return await snapshotOf(() => decode(source), id);
  }

  async type(id: number, text: string): Promise<boolean> {
    return await this.#source(id).typeText(text);
  }

  async call(id: number, verb: string, args: readonly unknown[]): Promise<unknown> {
    return resultJson(await performCall(this.#source(id), verb, args));
  }

  end(id: number, lastWords: string): void {
    this.#source(id).deleteImage(lastWords);
  }

  files(id: number): FileRow[] {
    return this.#files.rows(id);
  }

  async readFile(id: number, file: number, offset: number) {
    return await this.#files.read(id, file, offset);
  }

  beginFile(id: number, name: string, sizeBytes: number): number | undefined {
    return this.#files.begin(this.#source(id), name, sizeBytes);
  }

  async feedFile(file: number, piece: Uint8Array): Promise<boolean> {
    return await this.#files.feed(file, piece);
  }

  async fileEnded(file: number): Promise<SentState> {
    return await this.#files.ended(file);
  }

  cancelFile(file: number): void {
    this.#files.cancel(file);
  }

  openView(id: number, options: ViewOptions, output: ViewOutput): OpenView {
    if (this.#views === undefined) {
      throw new ControlError("no-web", "this listener has no views of clients");
    }
    const client = this.#client(id);
    const describe = () => {
      const client = this.#find(id);
      return client && this.#describe(client);
    };
    return this.#views.open(client, describe, options, output);
  }

  async record(id: number, isOn: boolean): Promise<string | undefined> {
    const { segments, source, refuseH264 } = this.#client(id);
    if (this.#recorder === undefined) {
      throw new ControlError("control-failed", "this listener records nothing");
    }
    if (isOn) refuseH264("a recording keeps pictures");
    try {
      return isOn ? await this.#recorder.start(segments) : void await this.#recorder.stop(source);
    } finally {
      this.#views?.described(id);
    }
  }

  figures(): ThreadFigures {
    const { counters, unauthenticated, memory = processMemory } = this.#view;
    const views = this.#view.clients();
    const segments = views.flatMap(({ segments }) => segments);
    const { outcomes, refusals, receivedBytes, sentBytes, events, workMs } = counters;
    return {
      connections: { ...outcomes },
      refusals: { ...refusals },
      clients: views.length,
      segments: segments.length,
      unauthenticated: unauthenticated(),
      received_bytes: receivedBytes,
      sent_bytes: sentBytes,
      frames: segments.reduce((sum, { segment }) => sum + segment.frames, counters.endedFrames),
      events,
      work_seconds: workMs / 1000,
      waiting_bytes: views.reduce((sum, { waitingBytes }) => sum + waitingBytes, 0),
      waiting_events: views.reduce((sum, { waitingEvents }) => sum + waitingEvents, 0),
      loop_delay_seconds: this.#loopDelay.longestMs / 1000,
      heap_bytes: Deno.memoryUsage().heapUsed,
      picture_bytes: memory.used,
    };
  }

  watch(isOn: boolean): void {
    this.#view.tap.onRecord = isOn
      ? (client, source, status, input) => {
        const line = describeJson(new Date(), source, status, input);
        this.#onLine({ client, kind: status.kind, line });
      }
      : undefined;
  }

  [Symbol.dispose](): void {
    this.#loopDelay[Symbol.dispose]();
  }

  #find(id: number): ClientView | undefined {
    return this.#view.clients().find(({ source }) => source.id === id);
  }

  #client(id: number): ClientView {
    const client = this.#find(id);
    if (client === undefined) throw ended(id);
    return client;
  }

  #describe(client: ClientView): ClientRow {
    return describeClient(client, this.#recorder?.nameOf(client.source));
  }

  #source(id: number): ClientSource {
    for (const { segments } of this.#view.clients()) {
      const source = segments.find((each) => each.id === id);
      if (source !== undefined) return source;
    }
    throw ended(id);
  }
}

/** A picture of H.264 that is passed on. */
async function snapshotOf(
  decode: () => ReturnType<ClientView["decode"]>,
  id: number,
): Promise<Snapshot | undefined> {
  try {
    const picture = { kind: "pixels", ...await decode() } as const;
    using encoder = new PictureEncoder();
    return await encodePicture(picture, encoder, () => () => picture);
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    throw new ControlError(
      "nothing-shown",
      `segment ${id} shows H.264 that only viewers can decode: ${error.message}`,
    );
  }
}

function ended(id: number): ControlError {
  return new ControlError("no-such-client", `client ${id} has ended`);
}

function describeClient(view: ClientView, recording: string | undefined): ClientRow {
  const { source, segments, sinceMs, isLeaving, waitingBytes, waitingEvents } = view;
  const { publicKey, fingerprint, comment, address } = source.peer;
  return {
    id: source.id,
    ...describeShown(source),
    key: fingerprint,
    ...(comment === undefined ? {} : { comment }),
    address,
    since: new Date(sinceMs).toISOString(),
    state: isLeaving ? "leaving" : source.segment.state === "active" ? "active" : "preroll",
    segments: segments.length,
    ...(recording === undefined ? {} : { recording }),
    public_key: publicKey,
    waiting_bytes: waitingBytes,
    waiting_events: waitingEvents,
    parts: segments.map((each) => ({
      id: each.id,
      ...(each.segment.parent === undefined ? {} : { parent: each.segment.parent.id }),
      ...describeShown(each),
    })),
  };
}

function describeShown({ title, segkind, surface, segment }: ClientSource) {
  const { width, height } = surface;
  const content = surface.content === "tpack" ? "text" : surface.content;
  return { title, ident: segment.ident, segkind, content, width, height, frames: segment.frames };
}
