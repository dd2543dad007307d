import assert from "node:assert/strict";
import { choosePlace, parseListen, takeInherited } from "../../../lib/cli/listen_place.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const NOWHERE = { hostname: undefined, port: undefined };
const PID = String(Deno.pid);

class Environment {
  readonly #values: Map<string, string>;

  constructor(values: Readonly<Record<string, string>>) {
    this.#values = new Map(Object.entries(values));
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  delete(name: string): void {
    this.#values.delete(name);
  }

  get names(): string[] {
    return [...this.#values.keys()];
  }
}

function inherited(values: Readonly<Record<string, string>>) {
  return takeInherited(new Environment(values));
}

test("the sockets of systemd are taken from the environment, which programs do not get", () => {
  const env = new Environment({
    LISTEN_PID: PID,
    LISTEN_FDS: "2",
    LISTEN_FDNAMES: "demo.socket:control",
    OTHER: "stays",
  });
  assert.deepEqual(takeInherited(env), [
    { address: "fd:3", name: "demo.socket" },
    { address: "fd:4", name: "control" },
  ]);
  assert.deepEqual(env.names, ["OTHER"]);
});

test("sockets of another process, or in no sound number, are not taken", () => {
  assert.deepEqual(inherited({ LISTEN_PID: "1", LISTEN_FDS: "1" }), []);
  assert.deepEqual(inherited({ LISTEN_FDS: "1" }), []);
  assert.deepEqual(inherited({ LISTEN_PID: PID }), []);
  for (const count of ["0", "", "-1", "x", "99999"]) {
    assert.deepEqual(inherited({ LISTEN_PID: PID, LISTEN_FDS: count }), [], count);
  }
});

test("without an address, the sockets of systemd are used, and with one they are not", () => {
  const sockets = inherited({ LISTEN_PID: PID, LISTEN_FDS: "2" });
  const all = { addresses: ["fd:3", "fd:4"], ...NOWHERE };
  assert.deepEqual(choosePlace(NOWHERE, {}, sockets), all);
  assert.deepEqual(choosePlace(NOWHERE, { listen: ["systemd"] }, sockets), all);
  const port = choosePlace(NOWHERE, { port: 7000 }, sockets);
  assert.deepEqual(port, { addresses: undefined, hostname: undefined, port: 7000 });
  const host = choosePlace({ hostname: "::1", port: undefined }, {}, sockets);
  assert.deepEqual(host, { addresses: undefined, hostname: "::1", port: undefined });
  const other = choosePlace(NOWHERE, { listen: ["unix:/a", "systemd"] }, sockets);
  assert.deepEqual(other.addresses, ["unix:/a", "fd:3", "fd:4"]);
});

test("systemd:NAME picks the sockets of a name", () => {
  const sockets = inherited({ LISTEN_PID: PID, LISTEN_FDS: "3", LISTEN_FDNAMES: "a:b:a" });
  assert.deepEqual(choosePlace(NOWHERE, { listen: ["systemd:a"] }, sockets).addresses, [
    "fd:3",
    "fd:5",
  ]);
  assert.throws(() => choosePlace(NOWHERE, { listen: ["systemd:c"] }, sockets), {
    code: "listen-failed",
    message: "systemd has passed no socket named c, only a, b, a",
  });
});

test("--listen systemd without sockets says what is missing", () => {
  assert.throws(() => choosePlace(NOWHERE, { listen: ["systemd"] }, []), {
    code: "listen-failed",
    message: /LISTEN_FDS and LISTEN_PID/,
  });
});

test("--listen excludes every other way to say where", () => {
  const listen = ["127.0.0.1:0"];
  for (const flags of [{ host: "::1", listen }, { port: 1, listen }]) {
    assert.throws(() => choosePlace(NOWHERE, flags, []), { name: "UsageError" });
  }
  for (const place of [{ hostname: "::1", port: undefined }, { hostname: undefined, port: 1 }]) {
    assert.throws(() => choosePlace(place, { listen }, []), {
      name: "UsageError",
      message: /^--listen ADDRESS excludes/,
    });
  }
});

test("--listen collects addresses, each once", () => {
  const first = parseListen("127.0.0.1:0", undefined);
  assert.deepEqual(parseListen("systemd", first), ["127.0.0.1:0", "systemd"]);
  assert.throws(() => parseListen("127.0.0.1:0", first), /given twice/);
  assert.throws(() => parseListen("fd:1", first), /^InvalidArgumentError: The number of a desc/);
  assert.throws(() => parseListen("systemdx", first), /none of host:port/);
});
