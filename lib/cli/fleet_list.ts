/**
 * `fleet hosts` and `fleet list`: which hosts and clients there are.
 *
 * @module
 */

import { Command } from "commander";
import type { Result } from "../control/mod.ts";
import type { Answer, FleetHost, Silence } from "../fleet/mod.ts";
import { ago, printJson } from "./ctl_connect.ts";
import { LIST_HEAD, listRow } from "./ctl_list.ts";
import { withFleet } from "./fleet_connect.ts";
import type { CliIo } from "./io.ts";
import { formatTable } from "./keystore_text.ts";

interface ListFlags {
  readonly ids?: boolean;
  readonly json?: boolean;
}

export function hostsCommand(io: CliIo): Command {
  return new Command("hosts")
    .description("list the hosts, and whether they answer")
    .action((_flags: unknown, command: Command) =>
      withFleet(command, io, async ({ caller }) => {
        const { json } = command.optsWithGlobals<ListFlags>();
        const { askAll, silenceError } = await import("../fleet/mod.ts");
        const hosts = await caller.hosts();
        const { answers, silent } = await askAll(caller, hosts, "listener", {});
        const states = new Map([
          ...answers.map(({ host, result }) => [host, describeState(result)] as const),
          ...silent.map(({ host }) => [host, SILENT] as const),
        ]);
        if (json) printJson(io, hosts.map((host) => hostJson(host, answers, silent)));
        else if (hosts.length === 0) io.err(NO_HOSTS);
        else io.out(formatTable([HOSTS_HEAD, ...hosts.map((host) => hostRow(host, states))]));
        if (answers.length === 0 && silent.length > 0) throw silenceError(silent);
        reportSilence(silent, io);
      })
    );
}

export function listCommand(io: CliIo): Command {
  return new Command("list")
    .description("list the clients of all hosts; hosts that do not answer in time are named")
    .option("--ids", "print only HOST/NUMBER, one a line")
    .action((_flags: unknown, command: Command) =>
      withFleet(command, io, async ({ caller }) => {
        const { ids = false, json } = command.optsWithGlobals<ListFlags>();
        const { askAll, silenceError } = await import("../fleet/mod.ts");
        const hosts = await caller.hosts();
        const { answers, silent } = await askAll(caller, hosts, "list", {});
        if (answers.length === 0 && silent.length > 0) throw silenceError(silent);
        const clients = answers.flatMap(({ host, result }) =>
          result.map((client) => ({ host: host.id, ...client }))
        );
        const names = clients.map(({ host, id }) => `${host}/${id}`);
        if (json) {
          printJson(io, { clients: ids ? names : clients, silent: silent.map(silenceJson) });
        } else if (ids) io.out(names.map((name) => `${name}\n`).join(""));
        else if (hosts.length === 0) io.err(NO_HOSTS);
        else if (clients.length === 0) {
          io.err(`there are no clients; "fleet knocks" lists keys that were refused\n`);
        } else {
          const rows = clients.map(({ host, ...client }) => [host, ...listRow(client)]);
          io.out(formatTable([["HOST", ...LIST_HEAD], ...rows]));
        }
        reportSilence(silent, io);
      })
    );
}

/** Names hosts without an answer. */
export function reportSilence(silent: readonly Silence[], io: CliIo): void {
  for (const { host, reason } of silent) io.err(`no answer from ${host.id}: ${reason}\n`);
}

/** A host without an answer for `--json`. */
export function silenceJson({ host, reason }: Silence) {
  return { host: host.id, reason };
}

const NO_HOSTS = `there are no hosts; "listen --fleet" starts one\n`;
const SILENT = "no answer";
const HOSTS_HEAD = ["HOST", "NAME", "ADDRESSES", "PAGE", "STATE", "LAST SEEN", "STARTED"] as const;

function describeState({ is_closed, is_draining, clients }: Result<"listener">): string {
  const count = clients === 1 ? "1 client" : `${clients} clients`;
  return is_draining ? `draining, ${count}` : is_closed ? `closed, ${count}` : count;
}

function hostRow(host: FleetHost, states: ReadonlyMap<FleetHost, string>): string[] {
  const { id, name = "", addresses, page = "", since, beat } = host;
  return [
    id,
    name,
    addresses.join(" "),
    page,
    states.get(host)!,
    `${ago(beat.toISOString())} ago`,
    `${ago(since)} ago`,
  ];
}

function hostJson(
  host: FleetHost,
  answers: readonly Answer<Result<"listener">>[],
  silent: readonly Silence[],
) {
  const { id, name, addresses, page, since, beat, isControlled } = host;
  return {
    host: id,
    name,
    addresses,
    page,
    since,
    beat: beat.toISOString(),
    is_controlled: isControlled,
    listener: answers.find((answer) => answer.host === host)?.result,
    silent: silent.find((each) => each.host === host)?.reason,
  };
}
