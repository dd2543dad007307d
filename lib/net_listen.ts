/**
 * The call that opens a listener, in all its forms.
 *
 * @module
 */

import type { KeyStorage } from "../keystore/mod.ts";
import { Keystore, keystoreRoot } from "../keystore/mod.ts";
import { DEFAULT_PORT, MAX_PORT } from "./address.ts";
import { equalConstantTime } from "./bytes/equal.ts";
import { defaultArena, defaultProvider } from "./crypto/mod.ts";
import { IdentityKey } from "./crypto/identity_key.ts";
import { ApiMisuseError, KeystoreError, messageOf } from "./errors.ts";
import type { Handler } from "./handlers/types.ts";
import { asFunction, authorizeOf } from "./handlers/types.ts";
import { warningFields } from "./keystore_warning.ts";
import { MAX_SURFACE_SIDE_PX } from "./limits.ts";
import type { Logger } from "./log.ts";
import { guardLogger, makeLogger, silentLogger, writeErrorSync } from "./log.ts";
import type { Admission } from "./net/admission.ts";
import type { KeyAuthority } from "./net/authority.ts";
import { bind, type BoundSocket } from "./net/bind.ts";
import { KeyAdmission } from "./net/key_admission.ts";
import type { KeyClients } from "./net/key_clients.ts";
import { CurrentLimits, type ListenLimits } from "./net/listen_limits.ts";
import { Listener } from "./net/listener.ts";
import { localState, type PortState } from "./net/port_state.ts";
import { parseName } from "./name.ts";
import type { Network } from "./networks.ts";
import type { DisplayDefaults } from "./segment/preroll.ts";
import { DISPLAY_DEFAULTS } from "./segment/preroll.ts";
import type { ClientHandler } from "./segment/source.ts";
import type { H264Mode } from "./decoders/h264/client_h264.ts";

/** Options besides the arguments of the Lua function. */
export interface NetListenOptions {
  /** An open keystore or its directory; that of the environment unless given. */
  readonly keystore?: KeyStorage | string;
  /** The log; standard error unless given. */
  readonly log?: Logger;
  /** Called with all records of all clients before the handler, as by {@linkcode Source.addObserver}. */
  readonly observers?: readonly ClientHandler[];
  /** The first size, density and font of clients; missing fields keep their defaults. */
  readonly display?: Partial<DisplayDefaults>;
  /** Whether clients may send their static key in the first packet; they may unless `false`. */
  readonly allowDirect?: boolean;
  /**
   * What to do with H.264: `cancel` makes clients fall back to other formats, `pass` gives the access
   * units to {@linkcode Source.onH264}, `decode` draws the pictures like those of any other format.
   * `cancel` unless given.
   *
   * Each client that sends H.264 is decoded in a worker, at most 16 for a listener; the process needs
   * the permission to read the files of this library. The decoder supports the constrained baseline
   * profile up to level 5.1 in units of at most 1 MiB, as the reference encodes for low latency. For
   * anything else, or a unit that takes too long, H.264 is cancelled from there on, as with `cancel`.
   */
  readonly h264?: H264Mode;
  /**
   * Where to listen, in place of interface and port: what {@linkcode openAddresses} has opened. The
   * listener closes them.
   */
  readonly sockets?: readonly BoundSocket[];
  /**
   * Balancers that put a PROXY header in front of each connection, version 1 or 2: the address in it is
   * then that of the client everywhere. From these addresses the header is required, from all others it is
   * a failed login. {@linkcode parseNetwork} reads networks; none unless given.
   */
  readonly proxies?: readonly Network[];
  /** Limits other than the defaults; {@linkcode Listener.setLimits} replaces them later. */
  readonly limits?: Partial<ListenLimits>;
}

/**
 * Accepts every key of the keystore except those of servers (`outbound`).
 *
 * @param handler Called with records.
 * @param options Keystore, log, display and others.
 * @throws {ApiMisuseError} `bad-argument`.
 * @throws {TransportError} `port-in-use`, `bad-address`, `permission-denied`, `listen-failed`.
 */
export function netListen(handler: Handler, options?: NetListenOptions): Listener;
/**
 * Accepts the keys that the keystore has for a name.
 *
 * @param name 1 to 30 of `[a-zA-Z0-9_]`.
 * @param handler Called with records.
 * @param options Keystore, log, display and others.
 * @throws {ApiMisuseError} `bad-name`, `bad-argument`.
 * @throws {TransportError} `port-in-use`, `bad-address`, `permission-denied`, `listen-failed`.
 */
export function netListen(name: string, handler: Handler, options?: NetListenOptions): Listener;
/**
 * Listens on one interface.
 *
 * @param name 1 to 30 of `[a-zA-Z0-9_]`.
 * @param hostname IPv4 or IPv6 address or host name to bind to.
 * @param handler Called with records.
 * @param options Keystore, log, display and others.
 * @throws {ApiMisuseError} `bad-name`, `bad-argument`.
 * @throws {TransportError} `port-in-use`, `bad-address`, `permission-denied`, `listen-failed`.
 */
export function netListen(
  name: string,
  hostname: string,
  handler: Handler,
  options?: NetListenOptions,
): Listener;
/**
 * Listens on one interface and port.
 *
 * @param name 1 to 30 of `[a-zA-Z0-9_]`, or `undefined` for none.
 * @param hostname IPv4 or IPv6 address or host name to bind to; all interfaces when `undefined`.
 * @param port 0 for any, 6680 when `undefined`.
 * @param handler Called with records.
 * @param options Keystore, log, display and others.
 * @throws {ApiMisuseError} `bad-name`, `bad-argument`.
 * @throws {TransportError} `port-in-use`, `bad-address`, `permission-denied`, `listen-failed`.
 */
export function netListen(
  name: string | undefined,
  hostname: string | undefined,
  port: number | undefined,
  handler: Handler,
  options?: NetListenOptions,
): Listener;
export function netListen(...args: unknown[]): Listener {
  const at = args.findIndex(isHandler);
  if (at < 0 || at > 3 || args.length > at + 2) {
    throw new ApiMisuseError(
      "bad-argument",
      "netListen takes [name, [interface, [port,]]] handler [, options]",
    );
  }
  const [name, hostname, port] = args.slice(0, at) as [string?, string?, number?];
  const options = (args[at + 1] ?? {}) as NetListenOptions;
  if (options.sockets !== undefined && (hostname ?? port) !== undefined) {
    throw new ApiMisuseError("bad-argument", "interface and port exclude the option sockets");
  }
  const log = guardLogger(options.log ?? makeLogger(writeErrorSync));
  const limits = new CurrentLimits(options.limits);
  return makeListener(
    name === undefined ? undefined : parseName(name),
    args[at] as Handler,
    { ...options, log },
    {
      state: localState(
        (clients) => openAdmission(options.keystore, { limits, clients }, log),
        limits,
        log,
      ),
      sockets: () => options.sockets ?? bind(hostname, checkPort(port ?? DEFAULT_PORT)),
    },
  );
}

/** Where a listener listens, and what it shares with others there. */
export interface ListenerPlace {
  readonly state: PortState;
  /** Binds the port. */
  readonly sockets: () => readonly BoundSocket[];
}

/**
 * Opens a listener.
 *
 * @param options All but the keystore, which belongs to the state of the port.
 * @throws {ApiMisuseError} `bad-argument`.
 * @throws {TransportError} What `sockets` throws.
 */
export function makeListener(
  name: string | undefined,
  handler: Handler,
  options: NetListenOptions,
  { state, sockets }: ListenerPlace,
): Listener {
  return new Listener({
    name,
    handler: asFunction(handler),
    authorize: authorizeOf(handler),
    log: options.log ?? silentLogger,
    display: checkDisplay({ ...DISPLAY_DEFAULTS, ...options.display }),
    observers: options.observers ?? [],
    h264: options.h264 ?? "cancel",
    allowDirect: options.allowDirect ?? true,
    crypto: defaultProvider(),
    arena: defaultArena(),
    proxies: options.proxies ?? [],
    state,
    sockets: sockets(),
  });
}

function isHandler(value: unknown): boolean {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}

function checkPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= MAX_PORT) return port;
  throw new ApiMisuseError("bad-argument", `the port is ${port}, must be 0 to ${MAX_PORT}`);
}

function checkDisplay(display: DisplayDefaults): DisplayDefaults {
  const { width, height, cellWidth, cellHeight, rateHz, ppcm, fontMm } = display;
  const whole = { width: width ?? 1, height: height ?? 1, cellWidth, cellHeight, rateHz };
  for (const [name, value] of Object.entries(whole)) {
    if (Number.isInteger(value) && value >= 1 && value <= MAX_SURFACE_SIDE_PX) continue;
    throw new ApiMisuseError(
      "bad-argument",
      `${name} is ${value}, must be a whole number from 1 to ${MAX_SURFACE_SIDE_PX}`,
    );
  }
  for (const [name, value] of Object.entries({ ppcm, fontMm })) {
    if (value > 0 && value < Infinity) continue;
    throw new ApiMisuseError("bad-argument", `${name} is ${value}, must be more than 0`);
  }
  return display;
}

/**
 * Opens what decides about keys.
 *
 * @param given An open keystore or its directory; that of the environment when absent.
 * @throws {KeystoreError} When it cannot be opened, or has no key to answer with.
 */
export async function openAdmission(
  given: KeyStorage | string | undefined,
  { limits, clients }: { readonly limits: CurrentLimits; readonly clients: KeyClients },
  log: Logger,
): Promise<Admission> {
  const keystore: KeyStorage = typeof given === "object" ? given : await Keystore.open(
    keystoreRoot(given === undefined ? {} : { keystore: given }).path,
    { onWarning: (warning) => log.log("warn", "keystore-warning", warningFields(warning)) },
  );
  // Importing a key costs as much as a key exchange, and the key changes only with its file.
  let imported: { readonly raw: Uint8Array; readonly key: IdentityKey } | undefined;
  let hasWarned = false;
  const identity = () => {
    let raw: Uint8Array;
    try {
      raw = keystore.identity().privateKey;
      hasWarned = false;
    } catch (error) {
      // A key file that has become bad must not lock clients out that know our key.
      if (imported === undefined || !(error instanceof KeystoreError)) throw error;
      const { path, code, message } = error;
      if (!hasWarned) log.log("error", "own-key-kept", { path, reason: code, detail: message });
      hasWarned = true;
      return imported.key;
    }
    if (imported === undefined || !equalConstantTime(imported.raw, raw)) {
      imported = { raw, key: new IdentityKey(raw) };
    }
    return imported.key;
  };
  // Fails early: no client can log in without our own key.
  identity();
  const notes = keystore.notes.open();
  let revokedProblem: string | undefined;
  const authority: KeyAuthority = {
    identity,
    accepts: (publicKey, name, address) => keystore.accepts(publicKey, name, address),
    enrolment: (places) => keystore.openPlaces(places),
    knocked: (publicKey, name, address) => notes.knock(publicKey, name, address),
    loggedIn: (publicKey, address) => notes.login(publicKey, address),
    revoked: () => {
      try {
        return keystore.notes.revoked();
      } catch (error) {
        if (revokedProblem !== messageOf(error)) {
          revokedProblem = messageOf(error);
          log.log("warn", "keystore-warning", { detail: revokedProblem });
        }
        return [];
      }
    },
    revocation: () => keystore.notes.revocation?.(),
    close: () => notes.close(),
  };
  return new KeyAdmission(authority, limits, clients);
}
