/**
 * What a listener gives to those that control it, and where its records go.
 *
 * @module
 */

import type { SocketAddress } from "../address.ts";
import type { RecordingShelf } from "../handlers/record/shelf.ts";
import type { ClientsElsewhere } from "../net/key_clients.ts";
import type { LimitInForce } from "../net/listen_limits.ts";
import type { ClientsControl, ThreadFigures, WatchedLine } from "./clients.ts";
import type { LinkDesk } from "./link_desk.ts";
import type { LogTail } from "./log_tail.ts";

/** The listener that is controlled. */
export interface ControlTarget {
  /** The number by which handlers know it. */
  readonly id: number;
  readonly name: string | undefined;
  readonly addresses: readonly SocketAddress[];
  /** When it began to listen. */
  readonly since: Date;
  readonly isClosed: boolean;
  /** Whether it ends when its clients have left. */
  readonly isDraining: boolean;
  /** Takes no more clients. */
  close(): void;
  /**
   * Takes no new clients, and ends when the last one has left or the time is over.
   *
   * @param seconds How long clients may stay; the listener's default when `undefined`.
   * @returns How long they may still stay; `undefined` for any time.
   */
  drain(seconds: number | undefined): number | undefined;
  /** The limits that options set. */
  limits(): readonly LimitInForce[] | Promise<readonly LimitInForce[]>;
  /** Its clients, one element a thread. */
  threads(): readonly ClientsControl[];
  /** The recordings of its clients. @throws {ControlError} `control-failed` without a directory. */
  recordings(): RecordingShelf;
  /** What threads have counted that are there no more, if there were any. */
  readonly ended?: ThreadFigures | undefined;
  /** The other hosts that limits count together with. */
  readonly elsewhere?: Pick<ClientsElsewhere, "hosts" | "count"> | undefined;
  readonly log: LogTail;
  /** The links to its page, if it serves one. */
  readonly links: LinkDesk | undefined;
}

/** Where threads give their records. */
export interface RecordWatch {
  /** Whether they have to. */
  readonly isWatched: boolean;
  publish(line: WatchedLine): void;
  /** Records were left out before they came here. */
  lose(count: number): void;
}

/** What became of the records of a follower. */
export interface FollowerFigures {
  readonly sent: number;
  readonly waiting: number;
  readonly lost: number;
  /** What those take that wait on the disk. */
  readonly spoolBytes: number;
}

/** Takes all records, without waiting. */
export interface RecordFollower {
  readonly figures: FollowerFigures;
  /**
   * Takes a record.
   *
   * @param client The number of the client's first segment, or that of the listener.
   * @param line The record as JSON.
   */
  put(client: number, kind: string, line: string): void;
  /** Records were left out before they came here. */
  lose(count: number): void;
}
