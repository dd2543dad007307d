/**
 * A fleet as if it were one listener: an operation goes to the host that has the client, and one on the
 * keystore to any host.
 *
 * @module
 */

import {
  type Arguments,
  type ControlWay,
  isClientKey,
  type OperationName,
  OPERATIONS,
  type Result,
} from "../../control/mod.ts";
import { ControlError, FleetError, KeystoreError } from "../../errors.ts";
import { MAX_LISTED_CLIENTS } from "../../limits.ts";
import type { FleetHost } from "../host_list.ts";
import { askAll, askFirst, askOne, type Silence, silenceError, silenceText } from "./ask_all.ts";
import type { FleetCaller } from "./caller.ts";
import { findHost, listHostIds } from "./find_host.ts";

/** Operations on keys that have knocked: all hosts share what comes of them. */
const SHARED: readonly OperationName[] = ["accept", "ignore"];

/** Stands for the listening name of a listener that has none. */
const NAMELESS = "default";

type Args = Readonly<Record<string, unknown>>;

/** A client is `HOST/NUMBER`, or the first digits of the fingerprint of its key. */
export class WholeFleet implements ControlWay {
  readonly #caller: FleetCaller;
  readonly #onSilent: (silent: readonly Silence[]) => void;

  /** @param onSilent Called with hosts whose part is missing in a list. */
  constructor(caller: FleetCaller, onSilent: (silent: readonly Silence[]) => void = () => {}) {
    this.#caller = caller;
    this.#onSilent = onSilent;
  }

  /**
   * Performs an operation where it belongs. What it gives has the `host`.
   *
   * @throws {FleetError} `no-such-host`, `ambiguous-host`, and those of {@linkcode FleetCaller.call}.
   * @throws {ControlError} `no-such-client`, `ambiguous-client`, and what the host refuses.
   * @throws {KeystoreError} `no-such-key` for several keys that have knocked.
   */
  async call<K extends OperationName>(
    name: K,
    args: Arguments<K>,
    signal?: AbortSignal,
  ): Promise<Result<K>> {
    const hosts = await this.#caller.hosts();
    if (name === "knocks") return await this.#knocks(hosts) as unknown as Result<K>;
    if (name === "keys") return await this.#keys(hosts) as unknown as Result<K>;
    const given: Args = name === "accept" ? named(args, hosts) : args;
    const { host, ...where } = await this.#where(hosts, name, given);
    const result = await askOne(
      this.#caller,
      host,
      name,
      { ...given, ...where } as Arguments<K>,
      signal,
    );
    return SHARED.includes(name) ? result : withHost(result, host, OPERATIONS[name].result);
  }

  /** The host, and the client as that one calls it. */
  async #where(hosts: readonly FleetHost[], name: OperationName, { client, key }: Args) {
    if (typeof client === "string") return await this.#client(hosts, client);
    if (name === "link") return { host: await this.#anyOf(withPages(hosts)) };
    if (typeof key === "string" && SHARED.includes(name)) return await this.#knocked(hosts, key);
    throw new FleetError("no-such-host", `${name} needs a host; there are ${listHostIds(hosts)}`);
  }

  async #client(hosts: readonly FleetHost[], word: string) {
    const [, host, client] = /^(.*)\/([^/]+)$/.exec(word) ?? [];
    if (host !== undefined && client !== undefined) return { host: findHost(hosts, host), client };
    if (!isClientKey(word)) {
      throw new ControlError(
        "no-such-client",
        `${JSON.stringify(word)} is no client of a fleet: give HOST/NUMBER, or the first four or ` +
          "more digits of the fingerprint of its key",
      );
    }
    const { answers, silent } = await askAll(this.#caller, hosts, "list", {});
    const found = answers.flatMap(({ host, result }) =>
      result.filter(({ key }) => isClientKey(word, key)).map(({ id }) => ({
        host,
        client: `${id}`,
      }))
    );
    const late = silent.filter(({ isLate }) => isLate);
    const [one] = found;
    if (one === undefined) throw notFound(word, silent);
    if (found.length === 1 && late.length === 0) return one;
    throw ambiguous(word, found.map(({ host, client }) => `${host.id}/${client}`), late);
  }

  /** The first host that answers. @throws {FleetError} As {@linkcode silenceError}. */
  async #anyOf(hosts: readonly FleetHost[]): Promise<FleetHost> {
    const { first, silent } = await askFirst(this.#caller, hosts);
    if (first === undefined) throw silenceError(silent);
    return first;
  }

  /** A host where a key has knocked, as the others do not know of it yet; any host for another word. */
  async #knocked(hosts: readonly FleetHost[], word: string) {
    const { answers } = await askAll(this.#caller, hosts, "knocks", {});
    const found = answers.flatMap(({ host, result }) =>
      result.filter(({ key, public_key }) => isClientKey(word, key) || public_key === word)
        .map(({ key }) => ({ host, key }))
    );
    const [one] = found;
    if (one === undefined) return { host: await this.#anyOf(hosts) };
    const keys = [...new Set(found.map(({ key }) => key))];
    if (keys.length === 1) return { host: one.host };
    throw new KeystoreError(
      "no-such-key",
      `${keys.length} keys that have knocked begin with ${JSON.stringify(word)}: ` +
        `${keys.slice(0, MAX_LISTED_CLIENTS).join(", ")}; give more digits of one`,
    );
  }

  /** A host knows its own knocks some seconds before the others do. */
  async #knocks(hosts: readonly FleetHost[]): Promise<Result<"knocks">> {
    const { answers, silent } = await askAll(this.#caller, hosts, "knocks", {});
    if (answers.length === 0) throw silenceError(silent);
    this.#onSilent(silent);
    const knocks = new Map<string, Result<"knocks">[number]>();
    for (const knock of answers.flatMap(({ result }) => result)) {
      const known = knocks.get(knock.public_key);
      if (known === undefined || known.last < knock.last) knocks.set(knock.public_key, knock);
    }
    return [...knocks.values()].sort((a, b) => a.last < b.last ? 1 : -1);
  }

  /** A host lists the keys of its own listening name; those of names without an answer stay unknown. */
  async #keys(hosts: readonly FleetHost[]): Promise<Result<"keys">> {
    const names = Map.groupBy(hosts, ({ name }) => name);
    const asked = await Promise.all([...names.values()].map(async (same) => {
      const { first, silent } = await askFirst(this.#caller, same);
      if (first === undefined) return { silent, keys: undefined };
      return { silent: [], keys: await this.#caller.call(first.id, "keys", {}) };
    }));
    const silent = asked.flatMap((each) => each.silent);
    const lists = asked.flatMap(({ keys }) => keys === undefined ? [] : [keys]);
    if (lists.length === 0) throw silenceError(silent);
    this.#onSilent(silent);
    const rows = new Map(lists.flat().map((row) => [row.public_key, row]));
    return [...rows.values()].sort((a, b) => a.key < b.key ? -1 : 1);
  }
}

/** A key is let in for the name that it is given, or for the one that all hosts listen under. */
function named(args: Args, hosts: readonly FleetHost[]): Args {
  if (args["name"] !== undefined) return args;
  const names = [...new Set(hosts.map(({ name = NAMELESS }) => name))];
  const [name, ...others] = names;
  if (others.length === 0) return { ...args, ...(name === undefined ? {} : { name }) };
  throw new ControlError(
    "several-listeners",
    `the hosts listen under several names: ${names.join(", ")}; give the one that the key is for`,
  );
}

function withPages(hosts: readonly FleetHost[]): readonly FleetHost[] {
  const found = hosts.filter(({ page }) => page !== undefined);
  if (found.length > 0) return found;
  throw new ControlError("no-web", "no host serves a page: start one with --web");
}

function withHost<T>(result: T, { id }: FleetHost, kind: string): T {
  return kind === "object" ? { host: id, ...result } : result;
}

function ambiguous(
  word: string,
  clients: readonly string[],
  late: readonly Silence[],
): ControlError {
  const [count, verb] = clients.length === 1
    ? ["1 client", "has"]
    : [`${clients.length} clients`, "have"];
  const listed = clients.slice(0, MAX_LISTED_CLIENTS).join(", ");
  const more = clients.length - MAX_LISTED_CLIENTS;
  const others = late.length === 0 ? "" : `; there may be others, as ${silenceText(late)}`;
  return new ControlError(
    "ambiguous-client",
    `${count} ${verb} a key that begins with ${JSON.stringify(word)}: ` +
      `${listed}${more > 0 ? ` and ${more} more` : ""}${others}; give HOST/NUMBER of one`,
  );
}

function notFound(word: string, silent: readonly Silence[]): ControlError {
  const rest = silent.length === 0 ? "" : `; ${silenceText(silent)}`;
  return new ControlError(
    "no-such-client",
    `no client has a key that begins with ${JSON.stringify(word)}${rest}`,
  );
}
