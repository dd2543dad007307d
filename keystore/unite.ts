/**
 * The entries of one key as a single one, for stores that have one entry a key.
 *
 * @module
 */
import { commonNetworks } from "../lib/networks.ts";
import { smaller } from "./acceptance.ts";
import type { AcceptedEntry } from "./accepted.ts";
import { uniteTags } from "./tags.ts";

/**
 * Makes one entry of those of a key: with all their names, and with conditions that let in what all of
 * them let in.
 *
 * @param entries One or more, of the same key.
 * @returns The entry; its `problem` tells why the key would be let in by none.
 */
export function uniteEntries([first, ...others]: readonly AcceptedEntry[]): AcceptedEntry {
  return others.reduce((a, b) => {
    const [ofA, ofB] = [a.conditions, b.conditions];
    const isBoth = ofA.from.length > 0 && ofB.from.length > 0;
    const from = isBoth ? commonNetworks(ofA.from, ofB.from) : [...ofA.from, ...ofB.from];
    const problem = isBoth && from.length === 0
      ? "no network is allowed by all files of the key"
      : undefined;
    return {
      ...a,
      tags: uniteTags(a.tags, b.tags),
      conditions: {
        comment: ofA.comment ?? ofB.comment,
        expiresMs: smaller(ofA.expiresMs, ofB.expiresMs),
        from,
        maxClients: smaller(ofA.maxClients, ofB.maxClients),
      },
      problem: a.problem ?? b.problem ?? problem,
    };
  }, { ...first!, tags: uniteTags([], first!.tags) });
}
