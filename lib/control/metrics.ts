/**
 * The figures of a listener in the text format of Prometheus.
 *
 * @module
 */

import { OPERATIONS, type Result } from "./operations.ts";

type Stats = Result<"stats">;
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** The name of each metric, without its prefix, and its field; the names follow Prometheus' rules. */
const METRICS: readonly {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly field: keyof Stats;
  /** What the keys of a field that has several values are. */
  readonly label?: string;
}[] = [
  { name: "connections_total", type: "counter", field: "connections", label: "outcome" },
  { name: "refusals_total", type: "counter", field: "refusals", label: "reason" },
  { name: "clients", type: "gauge", field: "clients" },
  { name: "segments", type: "gauge", field: "segments" },
  { name: "unauthenticated_connections", type: "gauge", field: "unauthenticated" },
  { name: "received_bytes_total", type: "counter", field: "received_bytes" },
  { name: "sent_bytes_total", type: "counter", field: "sent_bytes" },
  { name: "frames_total", type: "counter", field: "frames" },
  { name: "events_total", type: "counter", field: "events" },
  { name: "work_seconds_total", type: "counter", field: "work_seconds" },
  { name: "waiting_bytes", type: "gauge", field: "waiting_bytes" },
  { name: "waiting_events", type: "gauge", field: "waiting_events" },
  { name: "loop_delay_seconds", type: "gauge", field: "loop_delay_seconds" },
  { name: "memory_bytes", type: "gauge", field: "memory_bytes" },
  { name: "heap_bytes", type: "gauge", field: "heap_bytes" },
  { name: "picture_bytes", type: "gauge", field: "picture_bytes" },
  { name: "workers", type: "gauge", field: "workers" },
  { name: "watchers", type: "gauge", field: "watchers" },
  { name: "keystore_age_seconds", type: "gauge", field: "keystore_age_seconds" },
  {
    name: "fleet_state_seconds",
    type: "gauge",
    field: "fleet_state_seconds",
    label: "state",
  },
  { name: "fleet_other_hosts", type: "gauge", field: "fleet_other_hosts" },
  { name: "fleet_other_clients", type: "gauge", field: "fleet_other_clients" },
  { name: "fleet_records_total", type: "counter", field: "fleet_records", label: "outcome" },
  { name: "fleet_waiting_records", type: "gauge", field: "fleet_waiting_records" },
  { name: "fleet_spool_bytes", type: "gauge", field: "fleet_spool_bytes" },
  { name: "uptime_seconds", type: "gauge", field: "uptime_seconds" },
];

/** @param name The listening name, which becomes a label. */
export function formatMetrics(stats: Stats, name: string | undefined): string {
  const common = name === undefined ? {} : { name };
  return METRICS.map((metric) => {
    const id = `net_listen_${metric.name}`;
    const { doc } = OPERATIONS.stats.fields[metric.field];
    const samples = samplesOf(stats[metric.field], metric.label).map(([labels, value]) =>
      `${id}${formatLabels({ ...common, ...labels })} ${value}\n`
    );
    const help = doc.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
    return `# HELP ${id} ${help}\n# TYPE ${id} ${metric.type}\n${samples.join("")}`;
  }).join("");
}

function samplesOf(value: Stats[keyof Stats], label: string | undefined): Sample[] {
  if (typeof value === "number") return [[{}, value]];
  return Object.entries(value).map(([key, count]) => [{ [label!]: key }, count]);
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => {
    const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
    return `${key}="${escaped}"`;
  });
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
