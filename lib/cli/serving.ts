/**
 * The listener of `listen`: one in this thread, or several in workers that act as one.
 *
 * @module
 */

import type { ClientsControl, LogTail, RecordWatch, ThreadFigures } from "../control/mod.ts";
import { loadViews, LocalClients, viewOf } from "../control/start.ts";
import type { PortCounts } from "../workers/mod.ts";
import type { KeyStorage } from "../../keystore/mod.ts";
import type { Listener } from "../mod.ts";
import { netListen, openAddresses } from "../start.ts";
import { parseListenAddress } from "../listen_address.ts";
import type { LimitInForce, ListenLimits } from "../mod.ts";
import { type ClientHandlers, openHandlers } from "./client_handlers.ts";
import { UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";
import { h264Of, isControlled, isViewed, type ListenFlags } from "./listen_options.ts";
import type { ListenPlace } from "./listen_place.ts";

/** What `listen` uses of a listener. */
export interface Serving extends
  Pick<
    Listener,
    | "id"
    | "name"
    | "addresses"
    | "failure"
    | "isClosed"
    | "close"
    | "closePort"
    | "closeClients"
    | "setLimits"
    | "abort"
    | "finished"
  > {
  readonly clients: { readonly length: number };
}

export interface ListenRequest {
  readonly name: string | undefined;
  readonly place: ListenPlace;
  readonly limits: Partial<ListenLimits>;
  readonly keystore: KeyStorage;
  /** `num:secret`, if there is one. */
  readonly secret: string | undefined;
}

/** Handlers, and how to listen with them. */
export interface Prepared {
  readonly handlers: ClientHandlers;
  listen(request: ListenRequest): Promise<Served>;
}

/** A listener, and its clients for the control interface until it is disposed of. */
export interface Served extends Disposable {
  readonly listener: Serving;
  /** The limits in force that options set. */
  limits(): readonly LimitInForce[] | Promise<readonly LimitInForce[]>;
  /** One element a thread; the same ones at each call. */
  threads(watch: RecordWatch): readonly ClientsControl[];
  /** When it began to listen. */
  readonly since: Date;
  /** What other hosts of a fleet can count together with it. */
  readonly counts: PortCounts;
  /** What threads have counted that are there no more. */
  readonly ended?: ThreadFigures | undefined;
}

/**
 * Prepares handlers by the flags.
 *
 * @param log Used until the listener listens.
 * @throws {UsageError} For what the flags name and cannot be used.
 * @throws {ApiMisuseError} `bad-handler`.
 */
export async function prepare(flags: ListenFlags, io: CliIo, log: LogTail): Promise<Prepared> {
  const { first, most } = flags.workers;
  if (most > 1) return await prepareWorkers(flags, first, most, io, log);
  const handlers = await openHandlers(flags, io, log);
  return {
    handlers,
    async listen({ name, place: { hostname, port, addresses }, limits, keystore, secret }) {
      const views = isViewed(flags) ? await loadViews() : undefined;
      const listener = netListen(name, hostname, port, handlers.handler, {
        keystore,
        observers: handlers.observers,
        log: handlers.log,
        display: flags.size ?? {},
        allowDirect: flags.direct,
        limits,
        h264: h264Of(flags),
        proxies: flags.proxyProtocol ?? [],
        ...(addresses && { sockets: await openAddresses(addresses) }),
      });
      if (secret !== undefined) listener.targetInput(secret);
      let watch: RecordWatch | undefined;
      let clients: LocalClients | undefined;
      const openClients = () =>
        clients ??= new LocalClients(listener, {
          onLine: (line) => watch?.publish(line),
          recorder: handlers.recorder,
          views,
          keepsFiles: isControlled(flags),
        });
      // It keeps the files that clients offer from now on.
      if (isControlled(flags)) openClients();
      return {
        listener,
        counts: viewOf(listener).counts!,
        limits: () => listener.limits,
        since: new Date(),
        threads(to) {
          watch = to;
          return [openClients()];
        },
        [Symbol.dispose]: () => clients?.[Symbol.dispose](),
      };
    },
  };
}

async function prepareWorkers(
  flags: ListenFlags,
  first: number,
  most: number,
  io: CliIo,
  log: LogTail,
): Promise<Prepared> {
  requireSharedPorts();
  const { openGroupHandlers } = await import("./workers/main_handlers.ts");
  const handlers = await openGroupHandlers(flags, io, log);
  return {
    handlers,
    async listen({ name, place, limits, keystore, secret }) {
      requireShareable(place);
      const { WorkerGroup } = await import("./workers/group.ts");
      const { openSharedPort } = await import("../workers/mod.ts");
      const { workerFlags } = await import("./workers/start.ts");
      const group = await WorkerGroup.open({
        ...handlers,
        name,
        port: await openSharedPort(place, keystore, limits, handlers.log),
        first,
        most,
        flags: workerFlags(flags),
        isFollowed: flags.fleet !== undefined,
        secret,
      });
      handlers.snapshot = () => group.snapshot();
      return {
        listener: group,
        counts: group.counts,
        limits: () => group.limits(),
        since: new Date(),
        threads: (watch) => group.threads(watch),
        get ended() {
          return group.ended;
        },
        // The group ends its threads by itself.
        [Symbol.dispose]() {},
      };
    },
  };
}

/** Elsewhere the last thread that listens on a port gets all clients. */
function requireSharedPorts(): void {
  if (Deno.build.os !== "linux") throw new UsageError("--workers needs Linux");
  if (!("listenDatagram" in Deno)) {
    throw new UsageError("--workers needs the flag --unstable-net of Deno");
  }
}

function requireShareable({ addresses = [] }: ListenPlace): void {
  for (const text of addresses) {
    const address = parseListenAddress(text);
    if (typeof address === "string" || address.kind === "tcp") continue;
    throw new UsageError(`threads cannot share the socket ${text}: leave out --workers`);
  }
}
