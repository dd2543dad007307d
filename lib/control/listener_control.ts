/**
 * The operations of the control interface on a listener, whose clients may be in several threads.
 *
 * @module
 */

import type { KeyStorage } from "../../keystore/mod.ts";
import { formatAddress } from "../address.ts";
import { fingerprint } from "../crypto/fingerprint.ts";
import { ControlError } from "../errors.ts";
import type { Snapshot } from "../handlers/pictures/snapshot.ts";
import { MAX_CONTROL_SNAPSHOTS } from "../limits.ts";
import type { ClientRow, ClientsControl, WatchedLine } from "./clients.ts";
import type { Content } from "./description.ts";
import { sumUp } from "./figures.ts";
import { Transfers } from "./files/transfers.ts";
import { findClient, segmentOf } from "./find.ts";
import { fixedLimits } from "./fixed_limits.ts";
import { describeAccepted, describeKey, describeKnock } from "./keys.ts";
import { describeLink, type LinkDesk } from "./link_desk.ts";
import { formatMetrics } from "./metrics.ts";
import { type Arguments, type Controlled, OPERATIONS, type Result } from "./operations.ts";
import { Recordings } from "./recordings.ts";
import type { OpenView, ViewOptions, ViewOutput } from "../web/views/types.ts";
import type { ControlTarget, RecordFollower, RecordWatch } from "./target.ts";
import { Watchers } from "./watchers.ts";

/** What is used of the keystore. */
type ControlKeystore = Pick<
  KeyStorage,
  "notes" | "acceptKnock" | "ignoreKnock" | "list" | "state" | "stateMs" | "ageMs"
>;

interface Found {
  readonly client: ClientRow;
  readonly thread: ClientsControl;
}

/** The names that a key without a name gets. */
const DEFAULT_NAME = "default";

export class ListenerControl implements Controlled, RecordWatch {
  readonly #target: ControlTarget;
  readonly #keystore: ControlKeystore;
  readonly #watchers = new Watchers((isWatched) => {
    if (this.#follower !== undefined) return;
    for (const thread of this.#target.threads()) thread.watch(isWatched);
  });
  readonly #transfers = new Transfers();
  #follower: RecordFollower | undefined;
  readonly #recordings = new Recordings(() => this.#target.recordings());
  #snapshots = 0;

  constructor(target: ControlTarget, keystore: ControlKeystore) {
    this.#target = target;
    this.#keystore = keystore;
  }

  get isWatched(): boolean {
    return this.#follower !== undefined || this.#watchers.size > 0;
  }

  /** Gives all records to a follower from now on. */
  follow(follower: RecordFollower): void {
    this.#follower = follower;
    for (const thread of this.#target.threads()) thread.watch(true);
  }

  publish(line: WatchedLine): void {
    this.#watchers.publish(line);
    this.#follower?.put(line.client, line.kind, line.line);
  }

  lose(count: number): void {
    this.#watchers.lose(count);
    this.#follower?.lose(count);
  }

  /** Ends what watches. */
  endWatching(): void {
    this.#watchers.close();
    this.#target.log.close();
  }

  /**
   * Opens a view of a client.
   *
   * @param word The client.
   * @throws {ControlError} `no-such-client`, `ambiguous-client`.
   */
  async openView(word: string, options: ViewOptions, output: ViewOutput): Promise<OpenView> {
    const { client, thread } = await this.#find(word);
    return await thread.openView(client.id, options, output);
  }

  operations(): Result<"operations"> {
    return Object.values(OPERATIONS).map(({ method, path, doc }) => ({ method, path, doc }));
  }

  async listener(): Promise<Result<"listener">> {
    const { id, name, addresses, since, isClosed, isDraining } = this.#target;
    return {
      id,
      ...(name === undefined ? {} : { name }),
      addresses: addresses.map(formatAddress),
      pid: Deno.pid,
      since: since.toISOString(),
      clients: (await this.#all()).length,
      is_closed: isClosed,
      is_draining: isDraining,
    };
  }

  async list(): Promise<Result<"list">> {
    return (await this.#all()).map(({ client }) => {
      const { public_key: _, waiting_bytes: __, waiting_events: ___, parts: ____, ...row } = client;
      return row;
    });
  }

  async watch({ client }: Arguments<"watch">): Promise<ReadableStream<string>> {
    const id = client === undefined ? undefined : (await this.#find(client)).client.id;
    return this.#watchers.open(id);
  }

  async show({ client }: Arguments<"show">): Promise<Result<"show">> {
    return (await this.#find(client)).client;
  }

  async snapshot({ client: word, segment }: Arguments<"snapshot">): Promise<Snapshot> {
    const { client, thread } = await this.#find(word);
    const id = segmentOf(client, segment);
    if (this.#snapshots >= MAX_CONTROL_SNAPSHOTS) {
      throw new ControlError(
        "busy",
        `${MAX_CONTROL_SNAPSHOTS} snapshots are being taken, which is the most; try again`,
      );
    }
    this.#snapshots++;
    try {
      const taken = await thread.snapshot(id);
      if (taken !== undefined) return taken;
    } finally {
      this.#snapshots--;
    }
    throw new ControlError("nothing-shown", `segment ${id} shows nothing yet`);
  }

  async type({ client: word, text }: Arguments<"type">): Promise<Result<"type">> {
    const { client, thread } = await this.#find(word);
    if (await thread.type(client.id, text)) return { client: client.id };
    throw new ControlError(
      "not-taken",
      `client ${client.id} does not take the text: it has ended, is paused, or takes no keys`,
    );
  }

  async call(
    { client: word, verb, args = [], segment }: Arguments<"call">,
  ): Promise<Result<"call">> {
    const { client, thread } = await this.#find(word);
    const result = await thread.call(segmentOf(client, segment), verb, args);
    if (result !== false) return { client: client.id, result };
    throw new ControlError(
      "not-taken",
      `client ${client.id} does not take ${verb}: it has ended, is paused, or takes no such input`,
    );
  }

  async send(
    { client: word, name = "", size, content }: Arguments<"send">,
  ): Promise<Result<"send">> {
    const { client, thread } = await this.#find(word);
    return await this.#transfers.send(thread, client.id, name, content, size);
  }

  async files({ client: word }: Arguments<"files">): Promise<Result<"files">> {
    const { client, thread } = await this.#find(word);
    return await thread.files(client.id);
  }

  async fetch({ client: word, file }: Arguments<"fetch">): Promise<Content> {
    const { client, thread } = await this.#find(word);
    return await this.#transfers.fetch(thread, client.id, file);
  }

  async record({ client: word, on }: Arguments<"record">): Promise<Result<"record">> {
    const { client, thread } = await this.#find(word);
    if (on) await this.#recordings.requireRoom();
    const recording = await thread.record(client.id, on);
    return { client: client.id, ...(recording === undefined ? {} : { recording }) };
  }

  recordings(): Promise<Result<"recordings">> {
    return this.#recordings.list();
  }

  recording(args: Arguments<"recording">): Promise<Content> {
    return this.#recordings.part(args);
  }

  async end({ client: word, last_words = "" }: Arguments<"end">): Promise<Result<"end">> {
    const { client, thread } = await this.#find(word);
    await thread.end(client.id, last_words);
    return { client: client.id };
  }

  async close(): Promise<Result<"close">> {
    this.#target.close();
    return { clients: (await this.#all()).length };
  }

  async drain({ seconds }: Arguments<"drain">): Promise<Result<"drain">> {
    const left = this.#target.drain(seconds);
    const clients = (await this.#all()).length;
    return { clients, ...(left === undefined ? {} : { seconds: left }) };
  }

  ready(): Result<"ready"> {
    const { isDraining, isClosed } = this.#target;
    if (isDraining) {
      throw new ControlError("draining", "the listener ends and takes no new clients");
    }
    if (isClosed) throw new ControlError("closed", "the listener takes no more clients");
    if (this.#keystore.state !== "stale") return { ready: true };
    throw new ControlError(
      "keystore-stale",
      "no key logs in: the keystore of the fleet could not be reached for too long",
    );
  }

  async knocks(): Promise<Result<"knocks">> {
    await this.#keystore.notes.flush();
    return this.#keystore.notes.knocks().map(describeKnock);
  }

  async accept({ key, name, comment }: Arguments<"accept">): Promise<Result<"accept">> {
    await this.#keystore.notes.flush();
    const { entry } = await this.#keystore.acceptKnock(
      key,
      [name ?? this.#target.name ?? DEFAULT_NAME],
      comment === undefined ? {} : { comment },
    );
    return describeAccepted(entry);
  }

  async ignore({ key }: Arguments<"ignore">): Promise<Result<"ignore">> {
    const { publicKey } = await this.#keystore.ignoreKnock(key);
    return { key: fingerprint(publicKey) };
  }

  keys(): Result<"keys"> {
    const { notes } = this.#keystore;
    const logins = notes.lastLogins();
    return this.#keystore.list(this.#target.name).map((entry) =>
      describeKey(entry, logins.get(entry.publicKey.toBase64()))
    );
  }

  log(): ReadableStream<string> {
    return this.#target.log.open();
  }

  async link({ read_only, client: word, seconds }: Arguments<"link">): Promise<Result<"link">> {
    const desk = await this.#linkDesk();
    const client = word === undefined ? undefined : (await this.#find(word)).client.id;
    const { link, url } = desk.make({
      rights: read_only ? "look" : "all",
      ...(client === undefined ? {} : { client }),
      ...(seconds === undefined ? {} : { expiresMs: Date.now() + seconds * 1000 }),
    });
    return { url, ...describeLink(link) };
  }

  async links(): Promise<Result<"links">> {
    return (await this.#linkDesk()).links.map(describeLink);
  }

  async unlink({ link: id }: Arguments<"unlink">): Promise<Result<"unlink">> {
    const desk = await this.#linkDesk();
    if (desk.end(id, "withdrawn")) return { id };
    const known = desk.links.map(({ id }) => id).join(", ");
    throw new ControlError(
      "no-such-link",
      `there is no link ${id}; ${known === "" ? "there are none" : `the links are ${known}`}`,
    );
  }

  async limits(): Promise<Result<"limits">> {
    const limits = await this.#target.limits();
    const rows = limits.map(({ value, ...row }) => ({
      ...row,
      ...(value === undefined ? {} : { value }),
      is_fixed: false,
    }));
    return [...rows, ...fixedLimits(await this.stats())];
  }

  async stats(): Promise<Result<"stats">> {
    const { ended } = this.#target;
    const threads = this.#target.threads();
    // One that ends meanwhile gives what it had counted.
    const figures = await Promise.all(threads.map((thread) => thread.figures()));
    return {
      ...sumUp([...figures, ended].filter((each) => each !== undefined)),
      memory_bytes: Deno.memoryUsage().rss,
      workers: threads.length,
      watchers: this.#watchers.size,
      keystore_age_seconds: this.#keystore.ageMs / 1000,
      ...this.#fleetFigures(),
      uptime_seconds: (Date.now() - this.#target.since.getTime()) / 1000,
    };
  }

  async metrics(): Promise<string> {
    return formatMetrics(await this.stats(), this.#target.name);
  }

  #fleetFigures() {
    const { state, stateMs } = this.#keystore;
    const records = this.#follower?.figures;
    const { elsewhere } = this.#target;
    return {
      fleet_other_hosts: elsewhere?.hosts ?? 0,
      fleet_other_clients: elsewhere?.count ?? 0,
      fleet_state_seconds: stateMs === undefined ? {} : { [state]: Math.floor(stateMs / 1000) },
      fleet_records: records === undefined ? {} : { sent: records.sent, lost: records.lost },
      fleet_waiting_records: records?.waiting ?? 0,
      fleet_spool_bytes: records?.spoolBytes ?? 0,
    };
  }

  /** The links, without those of clients that have ended. */
  async #linkDesk(): Promise<LinkDesk> {
    const { links: desk } = this.#target;
    if (desk === undefined) {
      throw new ControlError("no-web", "the listener serves no page: start it with --web");
    }
    const clients = new Set((await this.#all()).map(({ client }) => client.id));
    for (const { id, client } of desk.links) {
      if (client !== undefined && !clients.has(client)) desk.end(id, "client-ended");
    }
    return desk;
  }

  async #all(): Promise<Found[]> {
    const found = await Promise.all(
      this.#target.threads().map(async (thread) => {
        return (await thread.clients()).map((client) => ({ client, thread }));
      }),
    );
    return found.flat().sort((a, b) => a.client.id - b.client.id);
  }

  async #find(word: string): Promise<Found> {
    const all = await this.#all();
    const client = findClient(all.map(({ client }) => client), word);
    return all.find((found) => found.client === client)!;
  }
}
