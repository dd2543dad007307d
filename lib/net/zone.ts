/**
 * Link-local addresses of IPv6, which say nothing without their zone: the interface that they are on.
 *
 * @module
 */

import { TransportError } from "../errors.ts";

/** @param hostname IPv4 or IPv6 address, with or without a zone, or a host name. */
export function isLinkLocal(hostname: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(hostname);
}

/**
 * Adds the zone of one end of a connection to the address of the other, as the runtime leaves it out.
 *
 * @param hostname IPv4 or IPv6 address of one end.
 * @param other IPv4 or IPv6 address of the other end.
 */
export function withZoneOf(hostname: string, other: string): string {
  const at = other.indexOf("%");
  return at < 0 || !isLinkLocal(hostname) ? hostname : hostname + other.slice(at);
}

/**
 * Checks that an address has a zone if it needs one.
 *
 * @param hostname IPv4 or IPv6 address, or a host name.
 * @throws {TransportError} `bad-address` with the interfaces of this machine.
 */
export function checkZone(hostname: string): void {
  if (!isLinkLocal(hostname)) return;
  const zones = linkLocalZones();
  const [address, zone] = hostname.split("%");
  const choice = zones.length === 0 ? "" : `; interfaces with such addresses: ${zones.join(", ")}`;
  if (zone === undefined || zone === "") {
    throw new TransportError(
      "bad-address",
      `${address} is a link-local address and needs its interface, as in ` +
        `${address}%${zones[0] ?? "eth0"}${choice}`,
    );
  }
  if (isKnown(zone)) return;
  throw new TransportError("bad-address", `there is no interface ${zone}${choice}`);
}

function linkLocalZones(): string[] {
  const zones = interfaces().filter(({ address }) => isLinkLocal(address)).map(zoneOf);
  return [...new Set(zones)];
}

function isKnown(zone: string): boolean {
  const all = interfaces();
  return all.length === 0 ||
    all.some(({ name, scopeid }) => zone === name || zone === String(scopeid));
}

function zoneOf({ name, scopeid }: Deno.NetworkInterfaceInfo): string {
  return Deno.build.os === "windows" ? String(scopeid) : name;
}

/** None where the runtime does not permit to look. */
function interfaces(): Deno.NetworkInterfaceInfo[] {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "networkInterfaces" });
  return state === "granted" ? Deno.networkInterfaces() : [];
}
