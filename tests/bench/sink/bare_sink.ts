/**
 * A listener that does nothing with its clients but draw what they send. It prints its port.
 *
 * Usage: `bare_sink.ts KEYSTORE`.
 */

import { netListen, silentLogger } from "../../../lib/mod.ts";

const listener = netListen(undefined, "127.0.0.1", 0, (source, status) => {
  if (status.kind === "segment_request") source.acceptTarget(() => {});
}, { keystore: Deno.args[0]!, log: silentLogger, limits: { maxConnectionsPerMinute: 1_000_000 } });
console.log(listener.address.port);
