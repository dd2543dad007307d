/**
 * What can be asked of a listener: itself.
 *
 * @module
 */

import { MAX_DRAIN_SECONDS } from "../../limits.ts";
import {
  counts,
  number,
  type Operations,
  optional,
  optionalWhole,
  text,
  texts,
  truth,
  whole,
} from "../description.ts";

const LISTENER = {
  id: whole("the number of the listener, as in its records"),
  name: optional(text("the listening name")),
  addresses: texts("where it listens"),
  pid: whole("the process"),
  since: text("when it began to listen, in ISO 8601"),
  clients: whole("how many clients there are"),
  is_closed: truth("whether it takes no more clients"),
  is_draining: truth("whether it ends when its clients have left"),
} as const;

export const LISTENER_OPERATIONS = {
  operations: {
    method: "GET",
    path: "/",
    access: "look",
    doc: "Lists what can be asked",
    params: {},
    result: "rows",
    fields: {
      method: text("`GET` or `POST`"),
      path: text("the path, with `:name` for a parameter"),
      doc: text("what it does"),
    },
  },
  listener: {
    method: "GET",
    path: "/listener",
    access: "look",
    doc: "Describes the listener",
    params: {},
    result: "object",
    fields: LISTENER,
  },
  close: {
    method: "POST",
    path: "/listener/close",
    access: "manage",
    doc: "Takes no more clients; those that are there stay, and the listener ends with the last",
    params: {},
    result: "object",
    fields: { clients: whole("how many clients stay") },
  },
  drain: {
    method: "POST",
    path: "/listener/drain",
    access: "manage",
    doc:
      "Takes no new clients, and ends the listener when the last one has left or the time is over; then " +
      "those that are left are asked to exit. With `listen --ready`, the port stays open for some seconds, " +
      "until balancers have seen it. A later drain can shorten the time",
    params: {
      seconds: optionalWhole(
        "body",
        MAX_DRAIN_SECONDS,
        "how long clients may stay; that of `listen --drain`, or without that any time, unless given",
      ),
    },
    result: "object",
    fields: {
      clients: whole("how many clients there are"),
      seconds: optional(number("how long they may still stay; absent for any time")),
    },
  },
  ready: {
    method: "GET",
    path: "/ready",
    access: "look",
    doc:
      "Says whether the listener lets clients in. Otherwise it is refused with 503 and the code `draining`, " +
      "`closed` or `keystore-stale`: no server of the fleet could be reached for `--fleet-stale`",
    params: {},
    result: "object",
    fields: { ready: truth("always true") },
  },
  limits: {
    method: "GET",
    path: "/limits",
    access: "look",
    doc: "Lists the limits in force",
    params: {},
    result: "rows",
    fields: {
      name: text("the name of the limit"),
      value: optional(number("the most that there may be; absent when it is off")),
      unit: text("what value and use are counted in, such as `clients` or `s` for seconds"),
      used: optional(number("how much there is now")),
      is_fixed: truth("whether no option sets it, so that SIGHUP cannot change it"),
    },
  },
  stats: {
    method: "GET",
    path: "/stats",
    access: "look",
    doc: "Gives what was counted since the listener began, and what there is now",
    params: {},
    result: "object",
    fields: {
      connections: counts(
        "connections that have ended their login, by outcome: `accepted`, `refused`, `declined`, `probed`, `left`, `silent`, `closed_out`",
      ),
      refusals: counts("refused logins, by reason"),
      clients: whole("clients that are there"),
      segments: whole("segments of these"),
      unauthenticated: whole("connections that have not logged in"),
      received_bytes: whole("bytes from all connections"),
      sent_bytes: whole("bytes to all connections"),
      frames: whole("frames that were shown"),
      events: whole("events of clients"),
      work_seconds: number(
        "time spent on what clients send: decrypting, decoding, drawing, calling handlers",
      ),
      waiting_bytes: whole("bytes that wait to be sent"),
      waiting_events: whole("events that wait for handlers"),
      loop_delay_seconds: number(
        "the longest time that the event loop was held up in the last 10 s",
      ),
      memory_bytes: whole("memory of the process"),
      heap_bytes: whole("memory of its objects"),
      picture_bytes: whole("memory of all pictures"),
      workers: whole("threads that serve clients"),
      watchers: whole("readers of records"),
      keystore_age_seconds: number(
        "how old the copy of the keystore of a fleet may be; 0 for a directory",
      ),
      fleet_state_seconds: counts(
        "for how long the copy of the keystore of a fleet has been `current`, `unconfirmed` (known keys log in, unknown ones do not) or `stale` (none do); empty for a directory",
      ),
      fleet_other_hosts: whole("other hosts of a fleet that limits count together with"),
      fleet_other_clients: whole("clients of these"),
      fleet_records: counts("records for the stream of a fleet, by outcome: `sent`, `lost`"),
      fleet_waiting_records: whole("records that wait for the servers of a fleet"),
      fleet_spool_bytes: whole("size of those that wait on the disk"),
      uptime_seconds: number("time since the listener began"),
    },
  },
  metrics: {
    method: "GET",
    path: "/metrics",
    access: "look",
    doc: "Gives the same as `/stats` in the format of Prometheus",
    params: {},
    result: "text",
    fields: {},
  },
  log: {
    method: "GET",
    path: "/log",
    access: "manage",
    doc:
      "Gives the last log lines, then those that come, as JSON objects with `time`, `level`, `event` and " +
      'fields. A reader that is too slow gets a last line `{"kind":"watch_ended","lost":N}`',
    params: {},
    result: "lines",
    fields: {},
  },
} as const satisfies Operations;
