/**
 * The places of secrets, counted once for all listeners of a fleet.
 *
 * @module
 */

import { randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { decide } from "../../../keystore/acceptance.ts";
import { planAccepted } from "../../../keystore/accepted_changes.ts";
import { type Places, requirePlaceCount } from "../../../keystore/enrolment.ts";
import { formatAccepted } from "../../../keystore/format.ts";
import type { PlacesOfSecret } from "../../../keystore/key_storage.ts";
import { admitsName, DEFAULT_TAG } from "../../../keystore/tags.ts";
import { FleetError } from "../../errors.ts";
import type { Stored } from "../bucket.ts";
import { KEY_PREFIX, keyOf, readEntry } from "../keystore/entry.ts";
import { patiently } from "../patience.ts";
import { CountChanges } from "./count_changes.ts";
import { SecretPlaces } from "./secret_places.ts";
import type { FleetCounts, LookedUp, PlacesOwner } from "./types.ts";

/** What makes it expensive to guess secrets from the names of the entries; 2¹⁵ takes about 0.1 s. */
const SCRYPT = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const ID_BYTES = 16;
const SALT = "salt";
const PLACES_PREFIX = "places.";

const derive = promisify(scrypt) as (
  secret: Uint8Array,
  salt: string,
  bytes: number,
  options: typeof SCRYPT,
) => Promise<Uint8Array>;

export class FleetPlaces implements FleetCounts {
  readonly #owner: PlacesOwner;
  readonly #opened = new Set<SecretPlaces>();
  readonly #ids = new Map<string, Promise<string>>();
  readonly #changes = new Map<string, CountChanges>();

  constructor(owner: PlacesOwner) {
    this.#owner = owner;
  }

  /** @throws {ApiMisuseError} `bad-argument` for a count that is not a whole number from 0 up. */
  open(places: Places): PlacesOfSecret {
    requirePlaceCount(places.count);
    const opened = new SecretPlaces(this, this.#owner, places);
    this.#opened.add(opened);
    return opened;
  }

  /**
   * How many places are spent; a server that is lost meanwhile is waited for.
   *
   * @throws {KeystoreError} `bad-line`.
   * @throws {FleetError} `fleet-unreachable`.
   */
  spent(places: Places): Promise<number> {
    return patiently(async () => {
      const changes = await this.changesOf(places);
      return await changes.run((count) => count.spent);
    }, (error) => error instanceof FleetError && error.code === "fleet-unreachable");
  }

  /** Gives back what is reserved. */
  async close(): Promise<void> {
    await Promise.all([...this.#opened].map((places) => places.close()));
  }

  async changesOf(places: Places): Promise<CountChanges> {
    const id = await this.#idOf(places);
    let changes = this.#changes.get(id);
    if (changes === undefined) {
      const { counts, wallMs } = this.#owner;
      changes = new CountChanges(counts, PLACES_PREFIX + id, wallMs, (key, { revision }) => {
        const write = async () => {
          await this.write(places, key, revision);
          await changes!.run((count) => count.settle(key));
        };
        // The next change finds it again.
        write().catch(() => {});
      });
      this.#changes.set(id, changes);
    }
    return changes;
  }

  async write({ name }: Places, key: string, revision: number): Promise<number> {
    const { keys } = this.#owner;
    const changed = await keys.change(KEY_PREFIX + key, (stored) => {
      // It was written already, or by others; it may have been removed again.
      const isSame = stored.revision === revision;
      const text = isSame ? this.#textFor(key, stored, name ?? DEFAULT_TAG) : undefined;
      return { result: undefined, text };
    });
    return changed.revision;
  }

  async lookUp(key: string, name: string | undefined): Promise<LookedUp> {
    const { keys, wallMs } = this.#owner;
    const stored = await keys.get(KEY_PREFIX + key);
    const entries = stored.text === undefined ? [] : [this.#read(key, stored.text).entry];
    const admits = (tags: readonly string[]) => admitsName(tags, name);
    return { verdict: decide(entries, admits, wallMs(), undefined), revision: stored.revision };
  }

  #read(key: string, text: string) {
    return readEntry(key, keyOf(key)!, text, this.#owner.keys.placeOf(KEY_PREFIX + key));
  }

  #textFor(key: string, { text }: Stored, tag: string): string {
    if (text === undefined) return formatAccepted([tag], keyOf(key)!);
    const path = this.#owner.keys.placeOf(KEY_PREFIX + key);
    return planAccepted({ ...this.#read(key, text).entry, text, path }, {}, [tag]).written;
  }

  #idOf({ name = "", secret }: Places): Promise<string> {
    const key = `${name}\0${secret.toBase64()}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#deriveId(name, secret);
      this.#ids.set(key, id);
      id.catch(() => this.#ids.delete(key));
    }
    return id;
  }

  /** The same in all processes of the fleet, whatever their own keys are. */
  async #deriveId(name: string, secret: Uint8Array): Promise<string> {
    const { result: salt } = await this.#owner.counts.change(SALT, ({ text }) => {
      const made = text ?? randomBytes(ID_BYTES).toString("hex");
      return { result: made, text: text === undefined ? made : undefined };
    });
    const id = await derive(secret, `${salt}\0${name}`, ID_BYTES, SCRYPT);
    return id.toHex();
  }
}
