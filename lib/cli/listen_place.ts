/**
 * Where `listen` listens, by its arguments, its options and what systemd has passed.
 *
 * @module
 */

import { InvalidArgumentError } from "commander";
import { parseListenAddress } from "../listen_address.ts";
import { TransportError } from "../errors.ts";
import { UsageError } from "./errors.ts";
import { type CliIo, takeVariable } from "./io.ts";

/** The options that say where to listen. */
export interface PlaceFlags {
  readonly host?: string;
  readonly port?: number;
  readonly listen?: readonly string[];
}

/** Addresses, or an interface and a port. */
export interface ListenPlace {
  readonly addresses: readonly string[] | undefined;
  readonly hostname: string | undefined;
  readonly port: number | undefined;
}

/** A socket that systemd has passed to this process. */
export interface InheritedSocket {
  readonly address: string;
  /** Its `FileDescriptorName`; the name of the socket unit unless that sets another. */
  readonly name: string | undefined;
}

/** The first descriptor that systemd passes. */
const FIRST_FD = 3;
const SYSTEMD = "systemd";

/**
 * Parses an address of `--listen` and adds it to those before.
 *
 * @param previous Those before; anything else counts as none.
 */
export function parseListen(text: string, previous: unknown): string[] {
  const addresses: string[] = Array.isArray(previous) ? previous : [];
  if (text !== SYSTEMD && !text.startsWith(`${SYSTEMD}:`)) {
    const address = parseListenAddress(text);
    if (typeof address === "string") {
      throw new InvalidArgumentError(`${address[0]!.toUpperCase()}${address.slice(1)}.`);
    }
  }
  if (addresses.includes(text)) throw new InvalidArgumentError("It is given twice.");
  return [...addresses, text];
}

/** Reads and removes the variables by which systemd tells of sockets, as `sd_listen_fds` does. */
export function takeInherited(env: CliIo["env"]): InheritedSocket[] {
  const [pid, fds, names] = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]
    .map((name) => takeVariable(env, name));
  if (pid !== String(Deno.pid) || fds === undefined || !/^\d{1,4}$/.test(fds)) return [];
  const nameOf = names?.split(":") ?? [];
  return Array.from({ length: Number(fds) }, (_, i) => ({
    address: `fd:${FIRST_FD + i}`,
    name: nameOf[i],
  }));
}

/**
 * Chooses where to listen: where the options or arguments say, else at the sockets of systemd, else at
 * the default port.
 *
 * @throws {UsageError} For arguments and options that exclude each other.
 * @throws {TransportError} `listen-failed` when systemd has passed no such socket.
 */
export function choosePlace(
  given: { readonly hostname: string | undefined; readonly port: number | undefined },
  flags: PlaceFlags,
  inherited: readonly InheritedSocket[],
): ListenPlace {
  const hostname = onlyOne("interface", given.hostname, "--host", flags.host);
  const port = onlyOne("port", given.port, "--port", flags.port);
  if (flags.listen !== undefined) {
    if ((hostname ?? port) !== undefined) {
      throw new UsageError(
        "--listen ADDRESS excludes the arguments interface and port, --host and --port: " +
          "it has both, as in --listen 127.0.0.1:6680",
      );
    }
    const addresses = flags.listen.flatMap((text) => resolve(text, inherited));
    return { addresses, hostname, port };
  }
  const isAnywhere = hostname === undefined && port === undefined && inherited.length > 0;
  return { addresses: isAnywhere ? resolve(SYSTEMD, inherited) : undefined, hostname, port };
}

/** Replaces `systemd` by all sockets that it has passed, `systemd:NAME` by those of that name. */
function resolve(text: string, inherited: readonly InheritedSocket[]): string[] {
  if (text !== SYSTEMD && !text.startsWith(`${SYSTEMD}:`)) return [text];
  const wanted = text.slice(SYSTEMD.length + 1);
  const found = inherited.filter(({ name }) => wanted === "" || name === wanted);
  if (found.length > 0) return found.map(({ address }) => address);
  throw new TransportError(
    "listen-failed",
    inherited.length === 0
      ? "systemd has passed no socket to this process: LISTEN_FDS and LISTEN_PID do not name it"
      : `systemd has passed no socket named ${wanted}, only ${
        inherited.map(({ name, address }) => name ?? address).join(", ")
      }`,
  );
}

function onlyOne<T>(
  argument: string,
  given: T | undefined,
  option: string,
  byOption: T | undefined,
): T | undefined {
  if (given !== undefined && byOption !== undefined && given !== byOption) {
    throw new UsageError(`the ${argument} is given as ${given} and by ${option} as ${byOption}`);
  }
  return given ?? byOption;
}
