/** `listen` in a process of its own, and clients that log in to it. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Keystore } from "../../keystore/mod.ts";
import { encodeUtf8 } from "../../lib/bytes/text.ts";
import { PrivateKey } from "../../lib/crypto/x25519.ts";
import { TextGrid } from "../../lib/decoders/text_grid.ts";
import { connectSource } from "../../lib/net/connect_source.ts";
import { SourceConnection } from "../../lib/net/source_connection.ts";
import { PictureEncoder } from "../../lib/source/picture_encoder.ts";
import { TpackEncoder } from "../../lib/source/tpack_encoder.ts";
import { DEFAULT_SECRET, segmentKindNumber } from "../../lib/wire/constants.ts";
import { Changes, PATIENCE_MS } from "./changes.ts";
import { endProcess } from "./end_process.ts";
import { quietPort } from "./own_address.ts";

/** The entry of the program. */
export const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** The interface and port of a listener, unless the test is about others. */
const ONE_PORT = ["127.0.0.1", "0"];

/** The output of a process, which is read all the time. */
export class Output {
  text = "";
  readonly #ended: Promise<void>;
  #hasEnded = false;
  readonly #changes = new Changes();

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#ended = this.#read(stream);
  }

  /** Waits until the text matches, not longer than the patience. */
  async until<T>(
    pattern: { exec(text: string): T | null; toString(): string },
    patienceMs = PATIENCE_MS,
  ): Promise<T> {
    let match: T | null = null;
    await this.#changes.until(
      () => (match = pattern.exec(this.text)) !== null || this.#hasEnded,
      () => `${pattern} in the output:\n${this.text}`,
      patienceMs,
    );
    assert(match !== null, `the output ended without ${pattern}:\n${this.text}`);
    return match;
  }

  /** Waits for the end. @returns The whole output. */
  async rest(): Promise<string> {
    await this.#ended;
    return this.text;
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.text += text;
      this.#changes.notify();
    }
    this.#hasEnded = true;
    this.#changes.notify();
  }
}

/** Puts keys into a keystore before the listener opens it. */
export type FillKeystore = (keystore: Keystore) => Promise<void>;

/** A listener in a process and a temporary directory of its own. */
export class Listening implements AsyncDisposable {
  readonly out: Output;
  readonly err: Output;
  readonly #clients: TestSource[] = [];

  private constructor(
    readonly directory: string,
    readonly process: Deno.ChildProcess,
    readonly key: PrivateKey,
  ) {
    this.out = new Output(process.stdout);
    this.err = new Output(process.stderr);
  }

  /** Starts `listen`; `DIR` in a flag is replaced by the directory. */
  static start(...flags: string[]): Promise<Listening> {
    return Listening.#spawn(Deno.execPath(), [], flags, ONE_PORT);
  }

  /** Likewise without an address of its own. */
  static startAnywhere(...flags: string[]): Promise<Listening> {
    return Listening.#spawn(Deno.execPath(), [], flags, []);
  }

  /** Likewise in the same runtime directory as another listener, at an address. */
  static startBeside(
    { directory }: Listening,
    ...[hostname, port]: readonly [string, string]
  ): Promise<Listening> {
    const before = [`XDG_RUNTIME_DIR=${directory}`, Deno.execPath()];
    return Listening.#spawn("env", before, [], [hostname, port]);
  }

  /** Likewise by a program that gets the command line of `listen` as arguments. */
  static startBy(command: readonly [string, ...string[]], ...flags: string[]): Promise<Listening> {
    const [program, ...before] = command;
    return Listening.#spawn(program, [...before, Deno.execPath()], flags, []);
  }

  /** Likewise with more keys in its keystore. */
  static startWith(fill: FillKeystore, ...flags: string[]): Promise<Listening> {
    return Listening.#spawn(Deno.execPath(), [], flags, ONE_PORT, fill);
  }

  /** Likewise after a shell command such as `ulimit`. */
  static startAfter(script: string, ...flags: string[]): Promise<Listening> {
    const before = ["-c", `${script} && exec "$0" "$@"`, Deno.execPath()];
    return Listening.#spawn("sh", before, flags, ONE_PORT);
  }

  static async #spawn(
    program: string,
    before: readonly string[],
    flags: readonly string[],
    place: readonly string[],
    fill?: FillKeystore,
  ): Promise<Listening> {
    const directory = await Deno.makeTempDir({ prefix: "listening-test-" });
    const { args, key } = await Listening.prepare(directory, flags, place, fill);
    const process = new Deno.Command(program, {
      args: [...before, "run", "-A", MAIN, ...args],
      env: { NO_COLOR: "1", A12_SECRET: "", XDG_RUNTIME_DIR: directory, XDG_STATE_HOME: directory },
      cwd: directory,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Listening(directory, process, key);
  }

  /** Creates a keystore with an accepted key, and the arguments of `listen`. */
  static async prepare(
    directory: string,
    flags: readonly string[],
    place: readonly string[] = ONE_PORT,
    fill?: FillKeystore,
  ) {
    const keystore = await Keystore.open(`${directory}/keystore`);
    const key = new PrivateKey(crypto.getRandomValues(new Uint8Array(32)));
    await keystore.add(["demo"], key.publicKey);
    await fill?.(keystore);
    const own = flags.map((flag) => flag.replace("DIR", directory));
    const isShared = place === ONE_PORT && flags.includes("--workers");
    const at = isShared ? ["127.0.0.1", `${quietPort()}`] : place;
    return {
      key,
      args: ["listen", "demo", ...at, "--keystore", `${directory}/keystore`, ...own],
    };
  }

  /** Logs a source in on the port that `listen` has printed. */
  async connect(title = "test", segkind = "tui"): Promise<TestSource> {
    const [, port] = await this.err.until(/listening on 127\.0\.0\.1:(\d+) as demo\n/);
    return await this.connectTo(Number(port), title, segkind);
  }

  /** Likewise on a given port. */
  async connectTo(port: number, title = "test", segkind = "tui"): Promise<TestSource> {
    const client = await TestSource.connect(port, this.key, title, segkind);
    this.#clients.push(client);
    return client;
  }

  /** Likewise over a connection that the test has opened. */
  async connectOver(socket: Deno.TcpConn | Deno.UnixConn, title = "test"): Promise<TestSource> {
    const client = await TestSource.over(socket, this.key, title);
    this.#clients.push(client);
    return client;
  }

  /** Sends a signal and waits for the end. @returns The exit code. */
  async stop(signal: Deno.Signal = "SIGINT"): Promise<number> {
    this.process.kill(signal);
    return (await this.process.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    endProcess(this.process, "SIGINT");
    await this.out.rest();
    await this.err.rest();
    await this.process.status;
    for (const client of this.#clients) await client.close();
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** A client controlled by the test. */
export class TestSource {
  readonly client: SourceConnection;
  /** All typed text. */
  typed = "";
  /** The symbols of keys that are down. */
  readonly held = new Set<number>();
  /** The characters of the symbols of all pressed keys. */
  readonly pressed: string[] = [];
  /** Buttons of the mouse that went down or up, and where it was. */
  readonly presses: {
    button: number;
    active: boolean;
    x: number | undefined;
    y: number | undefined;
  }[] = [];
  /** Messages received. */
  readonly messages: string[] = [];
  /** Where the mouse is. */
  readonly pointer: { x: number | undefined; y: number | undefined } = {
    x: undefined,
    y: undefined,
  };
  /** Requested sizes. */
  readonly sizes: [number, number][] = [];
  /** How often it was told to send other video. */
  cancels = 0;
  /** Why the listener has ended it. */
  lastWords: string | undefined;
  readonly #text = new TpackEncoder();
  readonly #pixels = new PictureEncoder();
  readonly #reading: Promise<void>;
  #isActive = false;
  readonly #channels: number[] = [];
  readonly #changes = new Changes();

  private constructor(client: SourceConnection) {
    this.client = client;
    this.#reading = this.#read();
  }

  static async connect(
    port: number,
    key: PrivateKey,
    title: string,
    segkind: string,
  ): Promise<TestSource> {
    const source = new TestSource(
      await connectSource("127.0.0.1", {
        port,
        key,
        acceptServer: () => true,
        registration: { segkind: segmentKindNumber(segkind)!, title },
      }),
    );
    return source;
  }

  static async over(
    socket: Deno.TcpConn | Deno.UnixConn,
    key: PrivateKey,
    title: string,
  ): Promise<TestSource> {
    const connection = new SourceConnection(socket, key, encodeUtf8(DEFAULT_SECRET), {
      key,
      acceptServer: () => true,
      registration: { segkind: segmentKindNumber("tui")!, title },
    });
    await connection.loggedIn;
    return new TestSource(connection);
  }

  /** Waits for ACTIVATE; rejects when the connection ends before. */
  activated(): Promise<void> {
    return this.until(() => this.#isActive);
  }

  /** Waits for a condition, which is checked after each event. */
  async until(isTrue: () => boolean): Promise<void> {
    let isMet = false;
    await this.#changes.until(
      () => (isMet = isTrue()) || this.client.isOver,
      () => `a condition; typed ${JSON.stringify(this.typed)}`,
    );
    assert(isMet, "the connection has ended");
  }

  /** Shows lines of text; settles when the listener has received them. */
  async showText(...lines: string[]): Promise<void> {
    await this.activated();
    const cols = Math.max(...lines.map((line) => line.length));
    const grid = new TextGrid(cols, lines.length);
    grid.clear();
    lines.forEach((line, row) => {
      [...line].forEach((letter, col) => {
        grid.codePoints[row * cols + col] = letter.codePointAt(0)!;
      });
    });
    grid.foreground.fill(0xc0ffee);
    const frame = this.#text.encode(grid, cols * 8, lines.length * 16);
    if (frame !== undefined) await this.client.draw(frame);
    await this.client.allAcknowledged();
  }

  /** Shows pixels; settles when the listener has received them. */
  async showPixels(width: number, height: number, rgba: Uint8Array): Promise<void> {
    await this.activated();
    await this.client.draw(this.#pixels.encode({ width, height, rgba }));
    await this.client.allAcknowledged();
  }

  /**
   * Asks for a further segment and shows one colour in it.
   *
   * @param at Where it belongs on the first one, and its size, in pixels.
   */
  async openPopup(at: { x: number; y: number; width: number; height: number }): Promise<void> {
    const { x, y, width, height } = at;
    const segkind = segmentKindNumber("popup")!;
    const request = { id: 1, width, height, xofs: x, yofs: y, dir: 0, hints: 0, segkind };
    const { length } = this.#channels;
    this.client.sendEvent({ category: "external", kind: "segreq", ...request });
    await this.until(() => this.#channels.length > length);
    const channel = this.#channels[length]!;
    this.client.register({ segkind, title: "popup" }, channel);
    const rgba = new Uint8Array(width * height * 4).fill(255);
    await this.client.draw(new PictureEncoder().encode({ width, height, rgba }), channel);
    await this.client.allAcknowledged();
  }

  ident(message: string): void {
    const bytes = new TextEncoder().encode(message);
    this.client.sendEvent({ category: "external", kind: "ident", message: bytes });
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const received of this.client) {
      if (received.type === "control" && received.control.command === "shutdown") {
        this.lastWords = received.control.lastWords;
      }
      if (received.type === "control" && received.control.command === "newch") {
        this.#channels.push(received.control.newChannel);
        this.#changes.notify();
      }
      if (received.type === "control" && received.control.command === "cancelstream") {
        this.cancels++;
        this.#changes.notify();
      }
      if (received.type !== "event") continue;
      const { event } = received;
      if (event.category === "input" && event.kind === "translated" && event.active) {
        this.typed += event.utf8.replace("\r", "\n");
        this.held.add(event.keysym);
        this.pressed.push(String.fromCodePoint(event.keysym));
      } else if (event.category === "input" && event.kind === "translated") {
        this.held.delete(event.keysym);
      } else if (event.category === "input" && event.kind === "analog") {
        this.pointer[event.subid === 0 ? "x" : "y"] = event.values[0];
      } else if (event.category === "input" && event.kind === "digital") {
        this.presses.push({ button: event.subid, active: event.active, ...this.pointer });
      } else if (event.category === "target") {
        if (event.kind === "activate") this.#isActive = true;
        else if (event.kind === "displayhint") this.sizes.push([event.width, event.height]);
        else if (event.kind === "message") {
          this.messages.push(new TextDecoder().decode(event.message));
        } else if (event.kind === "exit") void this.client.close();
      }
      this.#changes.notify();
    }
    this.#changes.notify();
  }
}
