import assert from "node:assert/strict";
import { UsageError } from "../../../lib/cli/errors.ts";
import { parseLimits, readLimits } from "../../../lib/cli/limits_file.ts";
import { MAX_EXEMPT_NETWORKS, MAX_LIMITS_FILE_BYTES } from "../../../lib/limits.ts";
import { LIMIT_ROWS, parseNetwork } from "../../../lib/mod.ts";
import { inDirectory } from "../../support/directory.ts";

function exempt(text: string) {
  const network = parseNetwork(text);
  assert.ok(typeof network !== "string");
  return [network];
}

Deno.test("--limits: every limit has a line with the name and the values of its option", () => {
  const rows = Object.entries(LIMIT_ROWS);
  const text = rows.map(([, { name, unit }]) => `${name} = ${unit === "s" ? "2m" : "7"}\n`).join(
    "",
  );
  assert.deepEqual(
    parseLimits(text, "f"),
    Object.fromEntries(rows.map(([key, { unit }]) => [key, unit === "s" ? 120_000 : 7])),
  );
});

Deno.test("--limits: comments, blanks, and several lines and networks for exempt", () => {
  const text = `# who may come
max-clients=5   # a small room\r
\t max-idle  =  30m

exempt = 192.0.2.0/24, 2001:db8::/32
exempt = unix`;
  assert.deepEqual(parseLimits(text, "f"), {
    maxClients: 5,
    maxIdleMs: 1_800_000,
    exempt: ["192.0.2.0/24", "2001:db8::/32", "unix"],
  });
  assert.deepEqual(parseLimits("", "f"), {});
});

const KNOWN = `${Object.values(LIMIT_ROWS).map(({ name }) => name).join(", ")}, exempt`;
const LINE = `is no line such as "max-clients = 50"`;
const FAULTS: readonly [text: string, message: string][] = [
  [
    "max-clients = 5\nmax-cleints = 6",
    `f:2: there is no limit "max-cleints"; the limits are ${KNOWN}`,
  ],
  ["constructor = 1", `f:1: there is no limit "constructor"; the limits are ${KNOWN}`],
  ["drain = 5", `f:1: there is no limit "drain"; the limits are ${KNOWN}`],
  ["#\nmax-clients", `f:2: "max-clients" ${LINE}`],
  ["max-clients =", `f:1: "max-clients =" ${LINE}`],
  ["max clients = 5", `f:1: "max clients = 5" ${LINE}`],
  ["max-clients = # 5", `f:1: "max-clients =" ${LINE}`],
  [
    "max-idle = 1m\n\nmax-idle = 1m",
    "f:3: max-idle is set twice, first in line 1; remove one of the two",
  ],
  [
    "max-clients = 0",
    `f:1: max-clients = "0": it must be a number from 1 to ${LIMIT_ROWS.maxClients.most}`,
  ],
  ["max-clients = 5 6", `f:1: max-clients = "5 6": it must be a number from 1 to 4096`],
  [
    "max-penalty = 2d",
    `f:1: max-penalty = "2d": it must be a time such as 90, 90s, 30m or 8h, at most 1d`,
  ],
  [
    "exempt = 192.0.2.1/24",
    `f:1: exempt = "192.0.2.1/24": in "192.0.2.1/24", the address has bits behind the ` +
    "first 24; the network is 192.0.2.0/24",
  ],
  [
    Array.from({ length: MAX_EXEMPT_NETWORKS + 1 }, (_, i) => `exempt = 10.0.0.${i}`).join("\n"),
    `f:${
      MAX_EXEMPT_NETWORKS + 1
    }: more than ${MAX_EXEMPT_NETWORKS} networks are exempt; leave that ` +
    "to a firewall",
  ],
];

for (const [text, message] of FAULTS) {
  Deno.test(`--limits refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.throws(() => parseLimits(text, "f"), new UsageError(message));
  });
}

Deno.test("--limits: an option on the command line replaces what the file says", async () => {
  await inDirectory(async (directory) => {
    const limits = `${directory}/limits`;
    await Deno.writeTextFile(limits, "max-clients = 5\nmax-idle = 1m\nexempt = 192.0.2.0/24\n");
    const flags = { limits, maxClients: 9, maxIdle: 0, exempt: exempt("unix") };
    assert.deepEqual(await readLimits(flags), { maxClients: 9, maxIdleMs: 0, exempt: ["unix"] });
    assert.deepEqual(await readLimits({ maxClients: 9 }), { maxClients: 9 });
  });
});

Deno.test("--limits: what is no file, and a file that is too large, is refused", async () => {
  await inDirectory(async (directory) => {
    const refuses = (limits: string, problem: string) =>
      assert.rejects(
        readLimits({ limits }),
        (error) => {
          assert.ok(error instanceof UsageError);
          assert.ok(error.message.startsWith(`cannot read the limits from ${limits}: ${problem}`));
          return true;
        },
      );
    await refuses(directory, "it is not a regular file");
    await refuses(`${directory}/missing`, "No such file");
    const large = `${directory}/large`;
    await Deno.writeTextFile(large, "#".repeat(MAX_LIMITS_FILE_BYTES));
    assert.deepEqual(await readLimits({ limits: large }), {});
    await Deno.writeTextFile(large, "#".repeat(MAX_LIMITS_FILE_BYTES + 1));
    await refuses(large, `it has ${MAX_LIMITS_FILE_BYTES + 1} bytes, the most is 65536`);
  });
});
