/**
 * The options of the page in the browser.
 *
 * @module
 */

import { type Command, InvalidArgumentError, Option } from "commander";
import { isLoopback } from "../address.ts";
import { parseListenAddress } from "../listen_address.ts";
import { UsageError } from "./errors.ts";
import { RepeatableOption } from "./program.ts";

/** Where the page is served. */
export interface WebPlace {
  /** As given. */
  readonly text: string;
  readonly hostname: string;
  readonly port: number;
}

export interface WebFlags {
  readonly web?: WebPlace;
  readonly webCert?: string;
  readonly webKey?: string;
  readonly webHost?: readonly string[];
  readonly webBehindProxy?: boolean;
}

const DEFAULT_PLACE = "127.0.0.1:0";
/** Addresses that stand for all of this machine, which no browser can ask for. */
const WILDCARDS = ["0.0.0.0", "::"];

export function addWebOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--web [address]",
        `show clients in a browser, at this address and port (default: ${DEFAULT_PLACE}, any port)`,
      ).argParser(parsePlace).preset(DEFAULT_PLACE),
    )
    .option("--web-cert <file>", "serve the page with TLS: the certificate, in PEM")
    .option("--web-key <file>", "the private key of the certificate, in PEM")
    .addOption(
      new RepeatableOption(
        "--web-host <name>",
        "a name of this machine that browsers use; the first one stands in links (repeatable)",
      ).argParser(parseHosts),
    )
    .option("--web-behind-proxy", "a proxy in front of the page speaks TLS with browsers");
}

/** @throws {UsageError} For options that would show clients to others unencrypted, or make no sense. */
export function requireConsistentWeb(flags: WebFlags): void {
  const { web, webCert, webKey, webHost, webBehindProxy } = flags;
  if (web === undefined) {
    const others = {
      "cert": webCert,
      "key": webKey,
      "host": webHost,
      "behind-proxy": webBehindProxy,
    };
    const [other] = Object.entries(others).filter(([, value]) => value !== undefined);
    if (other !== undefined) throw new UsageError(`--web-${other[0]} needs --web`);
    return;
  }
  if ((webCert === undefined) !== (webKey === undefined)) {
    throw new UsageError("--web-cert FILE and --web-key FILE need each other");
  }
  if (!isLoopback(web.hostname) && webCert === undefined && !webBehindProxy) {
    throw new UsageError(
      `other machines can reach --web ${web.text}: give --web-cert FILE and --web-key FILE, or ` +
        "--web-behind-proxy if a proxy in front speaks TLS",
    );
  }
  const why = webBehindProxy
    ? "--web-behind-proxy"
    : WILDCARDS.includes(web.hostname)
    ? `--web ${web.text}`
    : undefined;
  if (why !== undefined && webHost === undefined) {
    throw new UsageError(`${why} needs --web-host NAME: the name by which browsers find the page`);
  }
}

function parsePlace(text: string): WebPlace {
  const address = parseListenAddress(text);
  if (typeof address !== "string" && address.kind === "tcp") {
    return { text, hostname: address.hostname, port: address.port };
  }
  throw new InvalidArgumentError(
    "It must be an address and a port, such as 127.0.0.1:8080; --web alone goes behind the name.",
  );
}

/** @param previous Those before; anything else counts as none. */
function parseHosts(text: string, previous: unknown): string[] {
  const hosts: string[] = Array.isArray(previous) ? previous : [];
  const url = URL.parse(`https://${text}`);
  if (url !== null && url.href === `https://${url.host}/` && url.host === text.toLowerCase()) {
    return [...hosts, text.toLowerCase()];
  }
  throw new InvalidArgumentError(
    "It must be a name such as demo.example.org, maybe with a port behind a colon.",
  );
}
