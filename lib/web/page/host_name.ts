/**
 * The ids of hosts, as people read them.
 *
 * @module
 */

/** The id of the host that a word for a client names; `undefined` for this host. */
export function hostOf(word: string): string | undefined {
  const at = word.lastIndexOf("/");
  return at < 0 ? undefined : word.slice(0, at);
}

/** The name of the machine in the id of a host, and what tells apart several listeners of it. */
export function splitHost(id: string): { readonly machine: string; readonly rest: string } {
  const [, machine = id, rest = ""] = /^(.+)-([0-9a-f]{8})$/.exec(id) ?? [];
  return { machine, rest };
}
