/** A file system in memory that can be full, slow or missing. */

import type { Files } from "../../lib/handlers/record/files.ts";

/** Files by path; the path of a directory ends with a slash. */
export class FakeFiles implements Files {
  readonly content = new Map<string, string>();
  /** Delays every access until it settles. */
  gate: Promise<void> = Promise.resolve();
  /** Makes every access fail. */
  fault: Error | undefined;
  writes = 0;
  openFiles = 0;
  /** Directories that `ensureDirectory` has to create. */
  readonly missing = new Set<string>();
  /** Directories that were replaced by others. */
  readonly replaced = new Set<string>();

  async ensureDirectory(path: string): Promise<boolean> {
    await this.#access();
    return this.missing.delete(path);
  }

  async identify(path: string): Promise<string> {
    await this.#access();
    return this.replaced.has(path) ? `another ${path}` : path;
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#access();
    if (this.content.has(`${path}/`)) throw new Deno.errors.AlreadyExists(path);
    this.content.set(`${path}/`, "");
  }

  async create(path: string) {
    await this.#access();
    this.openFiles++;
    this.content.set(path, "");
    return {
      append: async (lines: Uint8Array) => {
        await this.#access();
        this.writes++;
        this.content.set(path, this.content.get(path)! + new TextDecoder().decode(lines));
      },
      close: () => void this.openFiles--,
    };
  }

  async put(path: string, content: Uint8Array): Promise<void> {
    await this.#access();
    this.writes++;
    this.content.set(path, String.fromCharCode(...content));
  }

  async #access(): Promise<void> {
    await this.gate;
    if (this.fault !== undefined) throw this.fault;
  }
}
