import assert from "node:assert/strict";
import { TransportError } from "../../../lib/errors.ts";
import { formatAddress } from "../../../lib/address.ts";
import type { Listen } from "../../../lib/net/bind.ts";
import { bind } from "../../../lib/net/bind.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: { net: true }, fn });

/** The sockets of another system than the one that runs the test. */
class System {
  /** Whether a socket for all IPv6 addresses takes IPv4 as well. */
  readonly #isDual: boolean;
  readonly #families: readonly string[];
  readonly #open = new Set<string>();
  #nextPort = 40_000;

  constructor({ isDual, families = ["IPv6", "IPv4"] }: { isDual: boolean; families?: string[] }) {
    this.#isDual = isDual;
    this.#families = families;
  }

  /** Another program listens there. */
  occupy(...addresses: string[]): void {
    for (const address of addresses) this.#open.add(address);
  }

  get open(): string[] {
    return [...this.#open];
  }

  readonly listen: Listen = ({ hostname, port: wanted }) => {
    const family = hostname.includes(":") ? "IPv6" : "IPv4";
    if (!this.#families.includes(family)) {
      throw Object.assign(new Error("Address family not supported"), { code: "EAFNOSUPPORT" });
    }
    const port = wanted === 0 ? this.#nextPort++ : wanted;
    const taken = [formatAddress({ hostname, port })];
    if (hostname === "::" && this.#isDual) taken.push(`0.0.0.0:${port}`);
    if (taken.some((address) => this.#open.has(address))) throw new Deno.errors.AddrInUse("in use");
    this.occupy(...taken);
    return {
      addr: { hostname, port, transport: "tcp" },
      close: () => taken.forEach((address) => this.#open.delete(address)),
    } as unknown as Deno.TcpListener;
  };
}

/** The addresses of each socket. */
function bound(hostname: string | undefined, port: number, system: System): string[][] {
  return bind(hostname, port, system.listen)
    .map(({ addresses }) => addresses.map((address) => formatAddress(address)));
}

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof TransportError);
    return `${error.code}: ${error.message}`;
  }
  assert.fail("it was bound");
}

test("the default interface is one socket where IPv6 takes IPv4 as well", () => {
  const system = new System({ isDual: true });
  assert.deepEqual(bound(undefined, 6680, system), [["[::]:6680", "0.0.0.0:6680"]]);
  assert.deepEqual(system.open, ["[::]:6680", "0.0.0.0:6680"], "nothing else is left open");
});

test("the default interface is two sockets where IPv6 takes no IPv4 (IPV6_V6ONLY)", () => {
  const system = new System({ isDual: false });
  assert.deepEqual(bound(undefined, 6680, system), [["[::]:6680"], ["0.0.0.0:6680"]]);
  assert.deepEqual(system.open, ["[::]:6680", "0.0.0.0:6680"]);
});

test("with port 0 both families get the same port, also when the first choice is in use", () => {
  const system = new System({ isDual: false });
  for (const port of [40_000, 40_002]) system.occupy(`0.0.0.0:${port}`);
  const [[ipv6], [ipv4]] = bound(undefined, 0, system) as [[string], [string]];
  assert.equal(ipv6.replace("[::]", ""), ipv4.replace("0.0.0.0", ""));
  assert.equal(system.open.length, 4, "those that were not good are closed");
});

test("a port that another program has for one of both families is in use", () => {
  for (const isDual of [false, true]) {
    for (const taken of ["[::]:6680", "0.0.0.0:6680"]) {
      const system = new System({ isDual });
      system.occupy(taken);
      assert.match(codeOf(() => bound(undefined, 6680, system)), /^port-in-use: .*:6680 is in use/);
      assert.deepEqual(system.open, [taken]);
    }
  }
});

test("without IPv6 the default interface is IPv4 alone, without IPv4 it is IPv6 alone", () => {
  const old = new System({ isDual: true, families: ["IPv4"] });
  assert.deepEqual(bound(undefined, 6680, old), [["0.0.0.0:6680"]]);
  const modern = new System({ isDual: false, families: ["IPv6"] });
  assert.deepEqual(bound(undefined, 6680, modern), [["[::]:6680"]]);
});

test(":: is one socket, and says whether it takes IPv4", () => {
  assert.deepEqual(bound("::", 1, new System({ isDual: true })), [["[::]:1", "0.0.0.0:1"]]);
  assert.deepEqual(bound("::", 1, new System({ isDual: false })), [["[::]:1"]]);
  assert.deepEqual(bound("::1", 1, new System({ isDual: true })), [["[::1]:1"]]);
  assert.deepEqual(bound("[::1]", 1, new System({ isDual: true })), [["[::1]:1"]]);
});

Deno.test({
  name: "without the permission for other ports none is tried",
  permissions: "none",
  fn: () => {
    const system = new System({ isDual: true });
    const ports = new Set<number>();
    const sockets = bind(undefined, 6680, (options) => {
      ports.add(options.port);
      return system.listen(options);
    });
    assert.equal(sockets.length, 1);
    assert.deepEqual([...ports], [6680]);
  },
});

Deno.test({
  name: "without the permission to listen the error is permission-denied and names the address",
  permissions: "none",
  fn: () => {
    for (const hostname of ["127.0.0.1", "::1", undefined]) {
      assert.throws(() => bind(hostname, 6680), {
        code: "permission-denied",
        message: /^no permission to listen on .*:6680: /,
      });
    }
  },
});

test("an address that the system refuses for another reason is listen-failed, with the reason", () => {
  assert.throws(() => bind("ff02::1", 0), {
    code: "listen-failed",
    message: /^cannot listen on \[ff02::1\]:0: .+ \(os error \d+\)$/,
  });
});
