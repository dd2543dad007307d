/**
 * The options of `listen`, and which of them go together.
 *
 * @module
 */

import { type Command, Option } from "commander";
import type { RetentionBounds } from "../handlers/mod.ts";
import { RECORD_MAX_FPS } from "../limits.ts";
import type { H264Mode, LogFormat, Network, SocketAddress } from "../mod.ts";
import { UsageError } from "./errors.ts";
import { parseListen, type PlaceFlags } from "./listen_place.ts";
import {
  addFleetListenOptions,
  type FleetListenFlags,
  requireConsistentFleet,
} from "./fleet_options.ts";
import { addLimitOptions, type LimitFlags } from "./limit_options.ts";
import { addKeystoreOption } from "./keystore_open.ts";
import type { PipeRestart } from "./pipe.ts";
import { RepeatableOption } from "./program.ts";
import { addSecretOptions, type SecretFlags } from "./secret.ts";
import { addWebOptions, requireConsistentWeb, type WebFlags } from "./web_options.ts";
import {
  parseByteCount,
  parseDrain,
  parseKeep,
  parseListenPort,
  parseNetworks,
  parsePositive,
  parseReady,
  parseSize,
  parseWorkers,
  type WorkerCount,
} from "./values.ts";

/** The flags that choose how clients are recorded. */
export interface RecordFlags {
  readonly record?: string;
  readonly recordMaxBytes?: number;
  readonly recordMaxSeconds?: number;
  readonly recordFps?: number;
  readonly recordKeep?: RetentionBounds;
  readonly snapshot?: string;
}

export interface ListenFlags
  extends LimitFlags, SecretFlags, RecordFlags, PlaceFlags, WebFlags, FleetListenFlags {
  /** A file that sets limits as well. */
  readonly limits?: string;
  readonly size?: { readonly width: number; readonly height: number };
  readonly direct: boolean;
  readonly proxyProtocol?: readonly Network[];
  readonly h264?: H264Mode;
  readonly handler?: string;
  readonly view?: boolean;
  readonly pipe?: string;
  readonly pipeRestart: PipeRestart;
  readonly json?: boolean;
  /** The control socket; `false` for none, absent for one in the directory of this user. */
  readonly control?: string | false;
  readonly drain: number;
  /** Where balancers ask whether the listener lets clients in. */
  readonly ready?: SocketAddress;
  readonly logFile?: string;
  readonly debug?: boolean;
  readonly logFormat: LogFormat;
  readonly workers: WorkerCount;
}

export function addListenOptions(command: Command): Command {
  command
    .option("--host <address>", "the same as the argument interface")
    .option("--port <port>", "the same as the argument port", parseListenPort)
    .addOption(
      new RepeatableOption(
        "--listen <address>",
        "listen there: host:port, [IPv6]:port, unix:/path, fd:3 or systemd (repeatable)",
      ).argParser(parseListen),
    )
    .addOption(
      new RepeatableOption(
        "--proxy-protocol <network>",
        "require a PROXY header from there: an address, a network, or unix (repeatable)",
      ).argParser(parseNetworks),
    );
  addKeystoreOption(command);
  addFleetListenOptions(command);
  addSecretOptions(command, "NUM:SECRET");
  addLimitOptions(command);
  addWebOptions(command);
  return command
    .option("--no-direct", "refuse clients that send their key without an ephemeral exchange")
    .option("--size <size>", "the first size of clients, such as 1280x720", parseSize)
    .addOption(
      new Option(
        "--h264 <mode>",
        "what to do with H.264: make clients send other video, decode it, or pass it to --handler and " +
          "--web (default: cancel, but pass where --web alone takes clients)",
      ).choices(["cancel", "decode", "pass"]),
    )
    .option("--handler <file>", "handle clients by this module, instead of printing")
    .option("--view", "show clients on this terminal; Ctrl-] q leaves")
    .option("--pipe <command>", "handle clients by this program, with JSON lines (see README)")
    .addOption(
      new Option(
        "--pipe-restart <when>",
        "start the program of --pipe again when it ends by itself",
      )
        .choices(["off", "always"]).default("off"),
    )
    .option("--json", "print one JSON object a line")
    .option("--record <dir>", "record each client in a folder of its own there")
    .option(
      "--record-max-bytes <size>",
      "end a recording at this size (default: 1G)",
      parseByteCount,
    )
    .option(
      "--record-max-seconds <time>",
      "end a recording at this age (default: a day)",
      parsePositive,
    )
    .option(
      "--record-fps <number>",
      `record at most this many pictures a second (default: ${RECORD_MAX_FPS})`,
      parsePositive,
    )
    .option(
      "--record-keep <size,age>",
      "delete the oldest recordings and pictures beyond 10G, 30d, or 10G,30d (default: never)",
      parseKeep,
    )
    .option("--snapshot <dir>", "write pictures of clients there, on SIGUSR2 and when they end")
    .option(
      "--drain <seconds>",
      "how many seconds clients may stay after SIGTERM or ctl drain, while new ones are refused",
      parseDrain,
      0,
    )
    .option(
      "--ready <address>",
      "answer GET /ready there, such as 127.0.0.1:8080, for the health checks of balancers",
      parseReady,
    )
    .option("--log-file <file>", "append log lines to this file, reopened on SIGHUP")
    .addOption(
      new Option(
        "--workers <number>",
        "how many threads listen; auto adds them when needed, up to one for each core (see README)",
      ).argParser(parseWorkers).default({ first: 1, most: 1 }, "1"),
    )
    .option(
      "--control <path>",
      "the socket for ctl (default: in the runtime directory of this user)",
    )
    .option("--no-control", "open no socket for ctl, and take no calls of the fleet")
    .option("--debug", "log more, with stack traces")
    .addOption(
      new Option("--log-format <format>", "the form of log lines").choices(["text", "json"])
        .default("text"),
    );
}

/** What happens to H.264: the page takes it, unless something else needs pictures. */
export function h264Of(flags: ListenFlags): H264Mode {
  const { h264, web, view, pipe, handler, record, snapshot } = flags;
  if (h264 !== undefined) return h264;
  const others = [view, pipe, handler, record, snapshot];
  return web !== undefined && others.every((flag) => flag === undefined) ? "pass" : "cancel";
}

/** Whether the listener can be steered from outside. */
export function isControlled({ control, web }: Pick<ListenFlags, "control" | "web">): boolean {
  return control !== false || web !== undefined;
}

/** Whether clients can be viewed in a browser: at the page of this listener, or of another host. */
export function isViewed({ web, fleet }: Pick<ListenFlags, "web" | "fleet">): boolean {
  return web !== undefined || fleet !== undefined;
}

/** @throws {UsageError} For flags that exclude each other, or that need another one. */
export function requireConsistent(flags: ListenFlags): void {
  requireConsistentWeb(flags);
  requireConsistentFleet(flags);
  const { view, pipe, pipeRestart, handler, json, h264, record, snapshot } = flags;
  const handlers = given({
    "--view": view,
    "--pipe": pipe,
    "--handler": handler,
    "--json": json,
  });
  if (handlers.length > 1) {
    throw new UsageError(`${handlers.join(" and ")} exclude each other: each handles all clients`);
  }
  if (h264 === "pass" && handler === undefined && flags.web === undefined) {
    throw new UsageError(
      "--h264 pass needs --handler FILE or --web to take it, or use --h264 decode",
    );
  }
  if (pipe === undefined && pipeRestart !== "off") {
    throw new UsageError(`--pipe-restart ${pipeRestart} needs --pipe COMMAND`);
  }
  if (pipe?.trim() === "") throw new UsageError("--pipe has no command");
  if (record !== undefined) return;
  if (flags.recordKeep !== undefined && snapshot === undefined) {
    throw new UsageError(
      "--record-keep deletes recordings: it needs --record DIR or --snapshot DIR",
    );
  }
  const [bound] = given({
    "--record-max-bytes": flags.recordMaxBytes,
    "--record-max-seconds": flags.recordMaxSeconds,
    "--record-fps": flags.recordFps,
  });
  if (bound !== undefined) {
    throw new UsageError(`${bound} limits a recording: it needs --record DIR`);
  }
}

/** @returns The names of the flags that have a value. */
function given(flags: { readonly [name: string]: unknown }): string[] {
  return Object.keys(flags).filter((name) => flags[name] !== undefined);
}
