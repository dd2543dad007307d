/**
 * `listen --web`: clients in a browser.
 *
 * @module
 */

import type { LinkDesk } from "../control/mod.ts";
import { formatAddress } from "../address.ts";
import type { Logger } from "../log.ts";
import { messageOf } from "../errors.ts";
import type { WebControl, WebServer } from "../web/mod.ts";
import { UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";
import type { Report } from "./report.ts";
import type { WebFlags } from "./web_options.ts";

/** The page, before there is something to show. */
export interface PreparedWeb {
  readonly links: LinkDesk;
  open(control: WebControl): Promise<OpenWeb>;
}

export interface OpenWeb {
  /** Where browsers find the page, without a link. */
  readonly origin: string;
  /** Reports where the page is. */
  announce(report: Report): void;
  close(): Promise<void>;
}

/**
 * Reads what the flags name. The code of the page is loaded here, for `--web` alone.
 *
 * @throws {UsageError} When the certificate or its key cannot be read.
 */
export async function prepareWeb(
  flags: WebFlags & { readonly logFormat: string },
  env: CliIo["env"],
  log: Logger,
): Promise<PreparedWeb | undefined> {
  const { web: place, webCert, webKey, webHost = [], webBehindProxy = false } = flags;
  if (place === undefined) return undefined;
  const tls = webCert === undefined
    ? undefined
    : { cert: await read(webCert, "--web-cert"), key: await read(webKey!, "--web-key") };
  const { Links, WebServer } = await import("../web/mod.ts");
  const links = new Links(log);
  const showsLink = showsLinks(flags.logFormat, env);
  return {
    links,
    async open(control) {
      const server = await WebServer.open(
        { ...place, ...(tls && { tls }), names: webHost, isBehindProxy: webBehindProxy },
        control,
        links,
        log,
      );
      return {
        origin: server.origin,
        announce: (report) => announce(server, links, report, showsLink),
        close: () => server.close(),
      };
    },
  };
}

/** Whether standard error is for people: a link in a log would let in all who read that. */
function showsLinks(logFormat: string, env: CliIo["env"]): boolean {
  if (logFormat !== "text") return false;
  try {
    // systemd sets it when standard error is its journal.
    return env.get("JOURNAL_STREAM") === undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return Deno.stderr.isTerminal();
    throw error;
  }
}

function announce(server: WebServer, links: LinkDesk, report: Report, showsLink: boolean): void {
  const address = formatAddress(server.address);
  report({
    text: showsLink
      ? `in a browser: ${links.make({ rights: "all" }).url}\n`
      : `the page is at ${address}; "ctl link" makes a link to it\n`,
    event: "web-listening",
    fields: { address, detail: '"ctl link" makes a link' },
  });
}

async function read(path: string, option: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new UsageError(`cannot read the file of ${option}: ${messageOf(error)}`);
  }
}
