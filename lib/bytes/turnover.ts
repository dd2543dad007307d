/**
 * A map and a set whose members come and go all the time.
 *
 * V8 links each hash table of a `Map` or `Set` to the table that replaces it, and tables are replaced
 * every few deletions. Once a table is in the old generation, all that followed it live until the next
 * full collection, with every member that they had: then a scavenge copies the objects of clients that
 * left long ago, which cost a twentieth of a session. A fresh `Map` has no such chain behind it.
 *
 * @module
 */

/** A fresh map is made after this many deletions at least, so that small maps are not copied often. */
const LEAST_DELETIONS = 64;

/**
 * A map, in the order of insertion. An iteration that is under way may still give members that are
 * deleted meanwhile.
 */
export class TurnoverMap<K, V> {
  #map = new Map<K, V>();
  #deletions = 0;

  get size(): number {
    return this.#map.size;
  }

  has(key: K): boolean {
    return this.#map.has(key);
  }

  get(key: K): V | undefined {
    return this.#map.get(key);
  }

  set(key: K, value: V): void {
    this.#map.set(key, value);
  }

  /** @returns Whether it was there. */
  delete(key: K): boolean {
    if (!this.#map.delete(key)) return false;
    if (++this.#deletions >= Math.max(LEAST_DELETIONS, this.#map.size)) {
      this.#map = new Map(this.#map);
      this.#deletions = 0;
    }
    return true;
  }

  clear(): void {
    this.#map = new Map();
    this.#deletions = 0;
  }

  keys(): MapIterator<K> {
    return this.#map.keys();
  }

  values(): MapIterator<V> {
    return this.#map.values();
  }
}

/** A set, as {@linkcode TurnoverMap}. */
export class TurnoverSet<T> implements Iterable<T> {
  readonly #members = new TurnoverMap<T, undefined>();

  get size(): number {
    return this.#members.size;
  }

  add(member: T): void {
    this.#members.set(member, undefined);
  }

  /** @returns Whether it was there. */
  delete(member: T): boolean {
    return this.#members.delete(member);
  }

  clear(): void {
    this.#members.clear();
  }

  [Symbol.iterator](): MapIterator<T> {
    return this.#members.keys();
  }
}
