/**
 * The workers of `listen --workers`: listeners in threads that share a port and act as one.
 *
 * @module
 */

import type { LimitInForce, ListenLimits, ListenSource, SocketAddress, Status } from "../../mod.ts";
import {
  AdmissionDesk,
  fromPlain,
  Gate,
  LimitLog,
  limitsOfWorkers,
  type MainService,
  makeSharedBuffers,
  nextSharedId,
  OwnerSlots,
  type PortCounts,
  roomLimits,
  SilentCount,
  WaitingRoom,
} from "../../workers/mod.ts";
import {
  type ClientsControl,
  type RecordWatch,
  sumUp,
  type ThreadFigures,
} from "../../control/mod.ts";
import { recordJson } from "../../handlers/mod.ts";
import { ProgramError } from "../errors.ts";
import type { GroupOptions } from "./group_options.ts";
import { makeGroupSource } from "./group_source.ts";
import { needsWorker, RestartDelay, watchLoad } from "./load.ts";
import { Member } from "./member.ts";

/** The sender of the lines of a worker is its number, negated, minus this; sources have numbers from 1. */
const LINES_SENDER = 2;

/** The last words of clients whose worker has ended. */
const WORKER_LOST = "worker-ended";

export class WorkerGroup {
  /** The listener of all workers, for handlers. */
  readonly source: ListenSource;
  readonly addresses: readonly SocketAddress[];
  readonly #options: GroupOptions;
  readonly #buffers = makeSharedBuffers();
  readonly #slots = new OwnerSlots();
  readonly #silent: SilentCount;
  readonly #limitLog: LimitLog;
  readonly #gate: Gate;
  /** The connections of all workers that have not logged in. */
  readonly #waiting: WaitingRoom;
  readonly #members = new Set<Member>();
  /** Clients may come: the handler knows the listener. */
  readonly #ready = Promise.withResolvers<void>();
  readonly #finished = Promise.withResolvers<void>();
  #secret: string | undefined;
  readonly #restartDelay = new RestartDelay();
  readonly #restarts = new Set<ReturnType<typeof setTimeout>>();
  #look: ReturnType<typeof watchLoad> | undefined;
  #lastMember = 0;
  /** Whether the first workers listen: from then on one that ends is replaced. */
  #isOpen = false;
  /** Whether workers that end are not replaced. */
  #isClosing = false;
  #isClosed = false;
  #watch: RecordWatch | undefined;
  #ended: ThreadFigures | undefined;

  private constructor(options: GroupOptions) {
    this.#options = options;
    this.#secret = options.secret;
    this.addresses = options.port.sockets.flat();
    this.#silent = new SilentCount(options.log);
    this.#limitLog = new LimitLog(options.log);
    this.#gate = new Gate({ limits: options.port.limits, log: this.#limitLog });
    this.#waiting = new WaitingRoom(roomLimits(options.port.limits), this.#limitLog);
    this.source = makeGroupSource({
      id: nextSharedId(this.#buffers),
      name: options.name,
      hadClients: () => [...this.#members].some(({ desk }) => desk.hadClients),
      setSecret: (secret) => {
        this.#secret = secret;
        for (const { link } of this.#members) link.tell("setSecret", secret);
      },
      close: () => this.close(),
      closeClients: () => this.closeClients(),
    });
  }

  /**
   * Starts the first workers.
   *
   * @throws {TransportError} A worker cannot listen.
   * @throws {ApiMisuseError} `bad-handler`, and others of the flags.
   */
  static async open(options: GroupOptions): Promise<WorkerGroup> {
    const group = new WorkerGroup(options);
    try {
      await Promise.all(Array.from({ length: options.first }, () => group.#start()));
    } catch (error) {
      group.abort();
      throw error;
    } finally {
      options.port.letGo();
    }
    group.#isOpen = true;
    options.clients?.handleBy(options.handler, group.source);
    void options.handler(group.source, {
      kind: "preroll",
      segkind: "network-server",
      source_audio: group.source.id,
    });
    group.#ready.resolve();
    if (options.first < options.most) group.#watchLoad();
    return group;
  }

  /** What is counted for all workers. */
  get counts(): PortCounts {
    return { gate: this.#gate, clients: this.#options.port.clients };
  }

  get id(): number {
    return this.source.id;
  }

  get name(): string | undefined {
    return this.#options.name;
  }

  /** Nothing ends it but {@linkcode close}. */
  readonly failure: undefined = undefined;

  /** How many clients there are. */
  get clients(): { readonly length: number } {
    const length = [...this.#members].reduce((sum, { desk }) => sum + desk.clientCount, 0);
    return { length };
  }

  /** See {@linkcode Listener.setLimits}. @throws {ApiMisuseError} `bad-argument`. */
  setLimits(limits: Partial<ListenLimits>): void {
    const { limits: current } = this.#options.port;
    current.replace(limits);
    for (const { link } of this.#members) link.tell("setLimits", current.all);
  }

  /** The limits in force, and how much of each all workers use. */
  async limits(): Promise<LimitInForce[]> {
    const { port: { limits, admission } } = this.#options;
    const rows = [...this.#members].map(({ link }) => link.ask("limits").catch(() => []));
    const { all, perNetwork } = this.#waiting.used;
    return limitsOfWorkers(limits.all, await Promise.all(rows), {
      ...admission.used,
      maxUnauthenticated: all,
      maxUnauthenticatedPerNetwork: perNetwork,
    });
  }

  /** See {@linkcode Listener.closePort}. */
  async closePort(): Promise<void> {
    this.#beginToClose();
    // One that ends meanwhile has no logins.
    await Promise.all([...this.#members].map(({ link }) => link.ask("closePort").catch(() => {})));
    this.close();
  }

  /** Takes no more clients; those that are there stay. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#beginToClose();
    for (const { link } of this.#members) link.tell("close");
    this.#silent.close();
    this.#limitLog.close();
    this.#publish(this.id, { kind: "terminated", last_words: "" });
    void this.#options.handler(this.source, { kind: "terminated", last_words: "" });
    this.#checkFinished();
  }

  /** Asks every client to leave, and holds up none any more. @param lastWords Why. */
  closeClients(lastWords = ""): void {
    for (const { link } of this.#members) link.tell("closeClients", lastWords);
  }

  /** Ends all workers at once. */
  abort(): void {
    this.#isClosed = true;
    this.#beginToClose();
    this.#silent.close();
    this.#limitLog.close();
    for (const member of this.#members) member.end("the listener was aborted");
    this.#members.clear();
    this.#checkFinished();
  }

  /** Whether it takes no more clients. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The clients of the workers that listen. @param watch Gets their records while it is watched. */
  threads(watch: RecordWatch): readonly ClientsControl[] {
    this.#watch = watch;
    return [...this.#members].filter(({ isListening }) => isListening)
      .map(({ clients }) => clients);
  }

  /** What workers have counted that are there no more. */
  get ended(): ThreadFigures | undefined {
    return this.#ended;
  }

  /** Writes a picture of each client. */
  snapshot(): void {
    for (const { link } of this.#members) link.tell("snapshot");
  }

  /** Settles when it is closed and all clients have left. */
  finished(): Promise<void> {
    return this.#finished.promise;
  }

  #beginToClose(): void {
    this.#isClosing = true;
    this.#look?.stop();
    for (const timer of this.#restarts) clearTimeout(timer);
  }

  #checkFinished(): void {
    if (!this.#isClosed || this.#members.size > 0) return;
    this.#finished.resolve(this.#options.port.admission.close?.());
  }

  /** Starts a worker. Settles when it listens. */
  #start(): Promise<void> {
    const { name, port, flags, clients, isFollowed } = this.#options;
    const listening = Promise.withResolvers<void>();
    const member: Member = new Member(
      {
        setup: {
          listenerId: this.source.id,
          name,
          sockets: port.sockets,
          buffers: this.#buffers,
          networks: this.#gate.buffer,
          tellsLogins: isFollowed,
        },
        flags,
        forwards: clients !== undefined,
        isFollowed,
      },
      new AdmissionDesk(port.admission, port.identity, this.#slots),
      this.#waiting,
      {
        service: (member) => this.#service(member, ++this.#lastMember, listening),
        ended: (member, detail) => {
          listening.reject(new ProgramError(`a thread of --workers cannot begin: ${detail}`));
          this.#lost(member, detail);
        },
      },
    );
    this.#members.add(member);
    return listening.promise;
  }

  #service(
    member: Member,
    number: number,
    listening: PromiseWithResolvers<void>,
  ): MainService {
    const { log, io, clients, onStored } = this.#options;
    const { desk, sources } = member;
    const sender = -number - LINES_SENDER;
    return {
      listening: () => {
        member.isListening = true;
        // Both may have changed while the worker was started.
        if (this.#secret !== undefined) member.link.tell("setSecret", this.#secret);
        member.link.tell("setLimits", this.#options.port.limits.all);
        if (this.#watch?.isWatched) member.clients.watch(true);
        if (this.#isClosing) member.link.tell("close");
        listening.resolve();
        return this.#ready.promise;
      },
      failed: (error) => {
        listening.reject(fromPlain(error));
        this.#lost(member, error.message);
      },
      finished: (figures) => {
        if (figures !== undefined) member.clients.keep(figures);
        if (this.#isClosing) this.#remove(member);
        else this.#lost(member, "its listener ended");
      },
      ends: (figures, exitCode) => {
        if (figures !== undefined) member.clients.keep(figures);
        if (exitCode !== undefined) Deno.exit(exitCode);
        this.#lost(member, "it was closed by a handler");
      },
      closeAll: (withClients) => {
        this.close();
        if (withClients) this.closeClients();
      },
      admit: (id, publicKey, address, places) => desk.admit(id, publicKey, address, places),
      revoked: () => this.#options.port.admission.revoked(),
      revocation: () => this.#options.port.admission.revocation() ?? new Promise(() => {}),
      arrive: (id) => desk.arrive(id),
      enrol: (id) => desk.enrol(id),
      leave: (id) => desk.leave(id),
      waits: (...waiting) => member.waiting.waits(...waiting),
      waitsNoMore: (id) => member.waiting.waitsNoMore(id),
      silent: (hostname) => this.#silent.add(hostname),
      loginFailed: (network) => this.#gate.watch?.failed(network),
      networkTrusted: (network) => this.#gate.watch?.trusted(network),
      limitReached: (limit, hostname, fields) => this.#limitLog.reached(limit, hostname, fields),
      log: (level, event, fields) => log.log(level, event, fields),
      print: (lines) => io.out(lines, sender) ?? undefined,
      printError: (text, sender) => io.err(text, sender),
      opened: (id) => void sources.add(id),
      ended: (id) => void sources.delete(id),
      stored: onStored,
      watched: (lines, lost) => {
        for (const line of lines) this.#watch?.publish(line);
        if (lost > 0) this.#watch?.lose(lost);
      },
      fromView: (...args) => member.clients.views.fromView(...args),
      viewEnded: (...args) => member.clients.views.viewEnded(...args),
      request: (request, peer) => clients!.request(member.link, request, peer),
      record: (info, status, input) => clients!.record(member.link, info, status, input),
    };
  }

  /** Gives a record that no worker has to those that watch. */
  #publish(source: number, status: Status): void {
    if (!this.#watch?.isWatched) return;
    const line = recordJson(new Date(), source, status);
    this.#watch.publish({ client: source, kind: status.kind, line });
  }

  #remove(member: Member): void {
    member.end("its clients have left");
    this.#members.delete(member);
    this.#ended = sumUp([this.#ended, member.clients.counts].flatMap((each) => each ?? []));
    this.#checkFinished();
  }

  /** A worker has ended by itself: its clients are gone, and another one takes its place. */
  #lost(member: Member, detail: string): void {
    if (!this.#members.has(member)) return;
    const { log, clients, onLost } = this.#options;
    const count = member.desk.clientCount;
    this.#remove(member);
    // The command fails with the reason.
    if (!this.#isOpen) return;
    log.log("error", "worker-ended", { clients: count, detail });
    clients?.lost(member.link, WORKER_LOST);
    for (const id of member.sources) {
      onLost(id, WORKER_LOST);
      this.#publish(id, { kind: "terminated", last_words: WORKER_LOST });
    }
    if (!this.#isClosing) this.#replace(member);
  }

  #replace(member: Member): void {
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      if (this.#members.size >= this.#options.most) return;
      this.#start().then(
        () => this.#options.log.log("info", "worker-replaced"),
        // It was logged, and is tried again.
        () => {},
      );
    }, this.#restartDelay.after(performance.now() - member.startedMs));
    this.#restarts.add(timer);
  }

  /** Starts another worker while there are several clients and the workers have much to do. */
  #watchLoad(): void {
    this.#look = watchLoad((used) => {
      const { size } = this.#members;
      if (size >= this.#options.most) return this.#look?.stop();
      if (!needsWorker({ workers: size, clients: this.clients.length, used })) return;
      this.#start().then(
        () => this.#options.log.log("info", "worker-added", { workers: this.#members.size }),
        () => {},
      );
    });
  }
}
