/**
 * An address of this machine that this process alone uses, for programs that cannot choose a free port by
 * themselves or that keep their port while they are away. Connections to 127.0.0.1 come from there, and
 * would take such a port now and then.
 */
export const OWN_ADDRESS: string = Deno.build.os === "linux"
  ? `127.77.${Deno.pid >> 8 & 0xff}.${Deno.pid & 0xff}`
  : "127.0.0.1";

/** Ports of {@linkcode OWN_ADDRESS} that are free. */
export function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: OWN_ADDRESS, port: 0 }),
  );
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}

/**
 * A port of 127.0.0.1 that is free and that no connection takes, for `listen --workers`: it lets go of the
 * port that it has chosen before its workers listen on it.
 */
export function quietPort(): number {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
