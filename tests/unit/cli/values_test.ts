import assert from "node:assert/strict";
import { MAX_DRAIN_SECONDS } from "../../../lib/limits.ts";
import { parseByteCount, parseDrain, parseExpiry, parseKeep } from "../../../lib/cli/values.ts";

const DAY_MS = 86_400_000;

Deno.test("--record-keep takes a size, an age or both", () => {
  assert.deepEqual(parseKeep("10G"), { maxBytes: 10 * 2 ** 30 });
  assert.deepEqual(parseKeep("30d"), { maxAgeMs: 30 * DAY_MS });
  assert.deepEqual(parseKeep("12h"), { maxAgeMs: DAY_MS / 2 });
  assert.deepEqual(parseKeep("500M,7d"), { maxBytes: 500 * 2 ** 20, maxAgeMs: 7 * DAY_MS });
  assert.deepEqual(parseKeep("7d,64K"), { maxBytes: 65_536, maxAgeMs: 7 * DAY_MS });
});

for (
  const text of [
    "",
    ",",
    "30",
    "10m",
    "10s",
    "0d",
    "0G",
    "1d,",
    "1d,2d",
    "1G,2G",
    "1G,1d,1h",
    "-1d",
    "1 d",
    "x",
  ]
) {
  Deno.test(`--record-keep ${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => parseKeep(text), /It must be a size such as /);
  });
}

Deno.test("--expires takes a date, a time or a duration from now, and nothing that is past", () => {
  const nowMs = Date.parse("2026-11-28T12:00:00Z");
  const shown = (text: string) => new Date(parseExpiry(text, nowMs)).toISOString();
  assert.equal(shown("2026-12-31"), "2026-12-31T00:00:00.000Z");
  assert.equal(shown("2026-11-28T12:01Z"), "2026-11-28T12:01:00.000Z");
  assert.equal(shown("2026-11-28T18:00:30+01:00"), "2026-11-28T17:00:30.000Z");
  assert.deepEqual(["12h", "30d", "2w"].map((text) => parseExpiry(text, nowMs) - nowMs), [
    DAY_MS / 2,
    30 * DAY_MS,
    14 * DAY_MS,
  ]);
  for (const text of ["2026-11-28", "2026-11-28T12:00Z", "1999-01-01"]) {
    assert.throws(() => parseExpiry(text, nowMs), /It is in the past/);
  }
  for (
    const text of [
      "",
      "30",
      "0d",
      "1m",
      "1 d",
      "2026-02-30",
      "2026-13-01",
      "31.12.2026",
      "2027-01-01T10:00",
    ]
  ) {
    assert.throws(() => parseExpiry(text, nowMs), /It must be a date such as/, text);
  }
});

Deno.test("sizes in bytes have units of powers of 1024", () => {
  assert.deepEqual(["7", "2K", "3M", "1G"].map(parseByteCount), [7, 2048, 3 << 20, 2 ** 30]);
  for (const text of ["", "0", "1k", "1T", "1.5G", "9999999999999"]) {
    assert.throws(() => parseByteCount(text), /It must be a size such as 500M/);
  }
});

Deno.test("--drain takes whole seconds up to a day", () => {
  assert.deepEqual(["0", "60", `${MAX_DRAIN_SECONDS}`].map(parseDrain), [0, 60, MAX_DRAIN_SECONDS]);
  for (const text of ["", "-1", "1.5", "1m", `${MAX_DRAIN_SECONDS + 1}`]) {
    assert.throws(() => parseDrain(text), /It must be a number of seconds from 0 to 86400/);
  }
});
