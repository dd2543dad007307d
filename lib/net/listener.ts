/**
 * A listening socket, and the clients that it lets in.
 *
 * @module
 */

import type { CryptoProvider } from "../crypto/provider.ts";
import { A12Error, ApiMisuseError, AuthError, LimitError } from "../errors.ts";
import {
  MAX_CLIENTS,
  MAX_UNAUTHENTICATED,
  MAX_UNAUTHENTICATED_PER_ADDRESS,
  REKEY_VOLUME_BYTES,
} from "../limits.ts";
import { DecoderPool } from "../h264/decoder_pool.ts";
import type { Logger } from "../log.ts";
import type { DisplayDefaults } from "../segment/preroll.ts";
import type { H264Mode } from "../segment/video_in.ts";
import type { PeerOffered } from "../session/events.ts";
import { Session } from "../session/session.ts";
import { FairShare } from "../bytes/fair_share.ts";
import type { Arena } from "../bytes/receive_buffer.ts";
import { encodeUtf8 } from "../bytes/text.ts";
import { DEFAULT_SECRET } from "../wire/constants.ts";
import type { SocketAddress } from "./address.ts";
import { plainHostname } from "./address.ts";
import type { Enrolment, KeyAuthority, Reservation } from "./authority.ts";
import { bind } from "./bind.ts";
import type { Host } from "./connection_host.ts";
import { Connection } from "./connection.ts";
import { deliver } from "./deliver.ts";
import { HANDOVER_REQUEST, HandoverSource } from "./handover.ts";
import type { ListenHandler, ListenSource, ListenStatus } from "./listen_types.ts";
import type { ClientHandler, Source } from "../segment/source.ts";
import { parseSecret } from "./secret.ts";
import { nextSourceId } from "./source_ids.ts";
import { WaitingRoom } from "./waiting_room.ts";

/** REKEYs in a row at the start: after two of them both directions are forward secret. */
const EARLY_REKEYS = 2;
/** How long the sockets that were given up take to be closed, at most. */
const ACCEPT_RETRY_MS = 20;

/** What a listener is made from. */
export interface ListenerOptions {
  /** The listening name, if any; checked by the caller. */
  readonly name: string | undefined;
  /** The address or host name to listen on; all addresses when absent. */
  readonly hostname: string | undefined;
  /** The port to listen on, 0 for any. */
  readonly port: number;
  /** Opens what decides about keys, once the port is bound; clients wait until it is there. */
  readonly openAuthority: () => Promise<KeyAuthority>;
  /** Takes what happens. */
  readonly handler: ListenHandler;
  /** See all records of clients before their handlers do. */
  readonly observers?: readonly ClientHandler[];
  readonly log: Logger;
  /** The first size, density and font of clients. */
  readonly display: DisplayDefaults;
  /** What happens to H.264. */
  readonly h264: H264Mode;
  /** Where decoders of H.264 come from; from workers of the listener's own when absent. */
  readonly decoders?: DecoderPool;
  /** Whether clients may send their static key without an ephemeral exchange. */
  readonly allowDirect: boolean;
  /** The symmetric cryptography. */
  readonly crypto: CryptoProvider;
  /** Where received bytes are put; the heap when absent. */
  readonly arena: Arena | undefined;
  /** How many clients may be there at once; the limit of the library when absent. */
  readonly maxClients?: number;
}

/** A listener: lets clients in until it is closed; those that it let in live on. */
export class Listener implements ListenSource {
  /** Tells it apart from a client's source. */
  readonly role = "listener" as const;
  /** Nobody: each request has a source of its own, which tells who asks. */
  readonly peer: undefined = undefined;
  /** A number that no other source of this process has. */
  readonly id: number = nextSourceId();
  /** The listening name, if any. */
  readonly name: string | undefined;
  readonly #options: ListenerOptions;
  readonly #socket: Deno.TcpListener;
  readonly #waiting = new WaitingRoom(MAX_UNAUTHENTICATED, MAX_UNAUTHENTICATED_PER_ADDRESS);
  readonly #clients = new Set<Connection>();
  /** The clients of each key. */
  readonly #places: FairShare;
  readonly #running = new Set<Promise<void>>();
  readonly #stopped: Promise<void>;
  readonly #decoders: DecoderPool;
  #secret: Uint8Array = encodeUtf8(DEFAULT_SECRET);
  #enrolments = 0;
  #enrolment: Enrolment | undefined;
  #hasLetIn = false;
  #isClosed = false;
  #isClosingClients = false;

  /**
   * Binds the port and begins to listen.
   *
   * @param options Name, address, keys and handler.
   * @throws {TransportError} `port-in-use`, `bad-address`, `permission-denied`, `listen-failed`.
   */
  constructor(options: ListenerOptions) {
    this.#options = options;
    this.name = options.name;
    this.#decoders = options.decoders ?? new DecoderPool();
    this.#socket = bind(options.hostname, options.port);
    this.#places = new FairShare(options.maxClients ?? MAX_CLIENTS);
    this.#stopped = this.#run();
  }

  /** Where it listens; the real port also when 0 was asked for. */
  get address(): SocketAddress {
    const { hostname, port } = this.#socket.addr;
    return { hostname, port };
  }

  /** The clients that were handed over and have not left. */
  get clients(): Source[] {
    return [...this.#clients].flatMap(({ endpoint }) => endpoint ? [endpoint.primary] : []);
  }

  /** Settles when it has ended, whoever closed it, and its handler was told. */
  get stopped(): Promise<void> {
    return this.#stopped;
  }

  /** Settles when it has ended and all its clients have left. */
  async finished(): Promise<void> {
    await this.#stopped;
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  acceptTarget(): never {
    throw new ApiMisuseError("wrong-state", "acceptTarget outside a segment_request");
  }

  targetInput(secret: string): void {
    if (this.#hasLetIn) {
      throw new ApiMisuseError(
        "too-late",
        "the secret must be set before the first client is let in; close this listener and open another",
      );
    }
    const parsed = parseSecret(secret);
    this.#secret = parsed.secret;
    this.#enrolments = parsed.enrolments;
    this.#enrolment = undefined;
    // Who has begun to log in was asked for less.
    this.#waiting.clear(new LimitError("secret-changed", "the secret was set during the login"));
  }

  deleteImage(): void {
    this.close();
  }

  /** Takes no more clients; those that were handed over live on. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
    this.#waiting.clear(new LimitError("listener-closed", "the listener was closed"));
  }

  /** Asks every client to exit; those that have not left after a short time are cut off. */
  closeClients(): void {
    this.#isClosingClients = true;
    for (const client of this.clients) client.deleteImage();
  }

  /** Closes the listener and cuts every client off at once. */
  abort(): void {
    this.close();
    for (const connection of this.#clients) connection.end();
  }

  async #run(): Promise<void> {
    let lastWords = "";
    try {
      const authority = await this.#options.openAuthority();
      // A handler that takes its time with this keeps no client out.
      void this.#tell({ kind: "preroll", segkind: "network-server", source_audio: this.id });
      await this.#acceptAll(authority);
    } catch (error) {
      if (!(error instanceof A12Error)) throw error;
      lastWords = error.code;
      this.#options.log.log("error", "listener-failed", {
        reason: error.code,
        detail: error.message,
      });
    } finally {
      this.close();
    }
    await this.#tell({ kind: "terminated", last_words: lastWords });
  }

  async #acceptAll(authority: KeyAuthority): Promise<void> {
    const host = this.#hostFor(authority);
    let isFailing = false;
    while (!this.#isClosed) {
      let socket: Deno.TcpConn;
      try {
        socket = await this.#socket.accept();
      } catch (error) {
        if (this.#isClosed) return;
        const detail = error instanceof Error ? error.message : String(error);
        if (!isFailing) this.#options.log.log("warn", "accept-failed", { detail });
        isFailing = true;
        // Most likely no file descriptor is left: silent strangers must not have the last one.
        this.#waiting.halve();
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_RETRY_MS));
        continue;
      }
      isFailing = false;
      try {
        this.#welcome(socket, host);
      } catch (error) {
        // A socket whose other end has gone may refuse its options.
        this.#options.log.log("debug", "accept-failed", { detail: String(error) });
        socket.close();
      }
    }
  }

  #welcome(socket: Deno.TcpConn, host: Host): void {
    const { crypto, arena, allowDirect } = this.#options;
    const hostname = plainHostname(socket.remoteAddr.hostname);
    const { port } = socket.remoteAddr;
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    const session = new Session({
      side: "server",
      role: "sink",
      secret: this.#secret,
      crypto,
      random: (count) => globalThis.crypto.getRandomValues(new Uint8Array(count)),
      startMs: performance.now(),
      rekey: { early: EARLY_REKEYS, volumeBytes: REKEY_VOLUME_BYTES },
      allowDirect,
      ...(arena && { arena }),
    });
    const connection = new Connection(host, socket, { hostname, port }, session);
    this.#waiting.enter(connection);
    const running = connection.run().finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  #hostFor(authority: KeyAuthority): Host {
    const { log, display, observers = [], h264 } = this.#options;
    return {
      log,
      display,
      observers,
      h264,
      decoders: this.#decoders,
      identity: () => authority.identity(),
      admit: (offer) => this.#admit(authority, offer),
      arrived: (connection) => {
        this.#waiting.leave(connection);
        this.#takePlace(connection);
        this.#hasLetIn = true;
      },
      handover: (connection) => this.#handover(connection),
      left: (connection) => {
        this.#waiting.leave(connection);
        if (!this.#clients.delete(connection)) return;
        this.#places.give(connection.peer!.publicKey, 1);
      },
    };
  }

  /** Only here is the key proved: who merely claims it can take no place of its owner. */
  #takePlace(connection: Connection): void {
    if (!this.#places.take(connection.peer!.publicKey, 1)) {
      throw new LimitError(
        "too-many-connections",
        `with one client more this key would have more places than are left to others ` +
          `(${this.#clients.size} of ${this.#places.limit} are taken)`,
      );
    }
    this.#clients.add(connection);
  }

  #admit(authority: KeyAuthority, offer: PeerOffered): Reservation | undefined {
    const verdict = authority.accepts(offer.publicKey, this.name);
    if (verdict.accepted) return undefined;
    if (verdict.code === "key-not-for-name") {
      throw new AuthError(
        "key-not-for-name",
        `the key is not accepted for ${this.name ?? "login"}`,
      );
    }
    if (this.#enrolments === 0) {
      throw new AuthError("unknown-key", "the key is not in the keystore");
    }
    this.#enrolment ??= authority.enrolment({
      name: this.name,
      secret: this.#secret,
      count: this.#enrolments,
    });
    const place = this.#enrolment.reserve(offer.publicKey);
    if (place !== undefined) return place;
    throw new AuthError(
      "no-slot-left",
      `the key is not in the keystore and all ${this.#enrolments} places for unknown keys are taken`,
    );
  }

  async #handover(connection: Connection): Promise<boolean> {
    if (this.#isClosed) return false;
    const request = new HandoverSource(this, connection);
    const succeeded = await this.#call(request, HANDOVER_REQUEST);
    const isTaken = request.settle();
    // One that was taken while all others were asked to leave, or by a handler that then failed.
    if (isTaken && (this.#isClosingClients || !succeeded)) {
      connection.endpoint!.primary.deleteImage();
    }
    return isTaken;
  }

  async #tell(status: ListenStatus): Promise<void> {
    await this.#call(this, status);
  }

  async #call(source: ListenSource, status: ListenStatus): Promise<boolean> {
    const { handler, log } = this.#options;
    return await deliver(() => handler(source, status), {
      log,
      source: this.id,
      kind: status.kind,
    });
  }
}
