import assert from "node:assert/strict";
import { formatMetrics } from "../../../lib/control/metrics.ts";
import { OPERATIONS, type Result } from "../../../lib/control/operations.ts";

const NAMES = Object.keys(OPERATIONS.stats.fields);
const STATS = Object.fromEntries(
  NAMES.map((
    name,
    i,
  ) => [
    name,
    OPERATIONS.stats.fields[name as keyof Result<"stats">].type.startsWith("object")
      ? { a: i, 'b"\\\n': 2 }
      : i,
  ]),
) as unknown as Result<"stats">;

Deno.test(
  "metrics have every figure once, with its type and its meaning",
  { permissions: "none" },
  () => {
    const text = formatMetrics(STATS, undefined);
    const types = text.match(/^# TYPE net_listen_\w+ (counter|gauge)$/gm) ?? [];
    assert.equal(types.length, NAMES.length);
    assert.equal(new Set(types).size, NAMES.length);
    for (const line of text.trimEnd().split("\n")) {
      assert.match(
        line,
        /^(# HELP \w+ \S.*|# TYPE \w+ \w+|\w+(\{(\w+="(\\.|[^"\\])*",?)+\})? [\d.]+)$/,
      );
    }
    const values = [...text.matchAll(/^net_listen_\w+(?:\{.*\})? (\d+)$/gm)].map(([, value]) =>
      Number(value)
    );
    assert.deepEqual(new Set(values), new Set([...NAMES.keys(), 2]));
    assert.match(text, /^net_listen_refusals_total\{reason="b\\"\\\\\\n"\} 2$/m);
  },
);

Deno.test("metrics of a listener with a name have it as a label", { permissions: "none" }, () => {
  const text = formatMetrics(STATS, "demo");
  assert.match(text, /^net_listen_clients\{name="demo"\} \d+$/m);
  assert.match(text, /^net_listen_connections_total\{name="demo",outcome="a"\} 0$/m);
});
