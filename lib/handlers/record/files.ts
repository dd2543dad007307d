/**
 * The part of a file system that recordings need.
 *
 * @module
 */

import { createDirectory, createFile, ensureDirectory, putFile, writeAll } from "../new_file.ts";

/** A file that grows by whole lines. */
export interface LineFile {
  /**
   * Adds lines. When that fails, what was added of them is taken off again as far as possible.
   *
   * @param lines Whole lines; borrowed until the promise settles.
   */
  append(lines: Uint8Array): Promise<void>;
  /** Closes the file. */
  close(): void;
}

/** What recordings do with the file system; tests put in one that is full or slow. */
export interface Files {
  /**
   * Creates a directory, with those above it, unless it exists.
   *
   * @param path Its path.
   * @returns Whether it was created.
   */
  ensureDirectory(path: string): Promise<boolean>;
  /**
   * Creates a directory that must not exist.
   *
   * @param path Its path.
   * @throws {Deno.errors.AlreadyExists} When there is anything of that name.
   */
  makeDirectory(path: string): Promise<void>;
  /**
   * Tells whether a path still leads to the same directory, and not to another or through a link.
   *
   * @param path Its path.
   * @returns A text that no other directory of the system has.
   */
  identify(path: string): Promise<string>;
  /** Creates a file that must not exist. @param path Its path. */
  create(path: string): Promise<LineFile>;
  /**
   * Creates a file that is there as a whole or not at all.
   *
   * @param path Its path.
   * @param content Borrowed until the promise settles.
   */
  put(path: string, content: Uint8Array): Promise<void>;
}

/** The real file system. */
export const systemFiles: Files = {
  ensureDirectory,
  makeDirectory: createDirectory,

  async identify(path) {
    const { dev, ino, isSymlink } = await Deno.lstat(path);
    return `${dev} ${ino} ${isSymlink}`;
  },

  async create(path) {
    const file = await createFile(path);
    let length = 0;
    return {
      async append(lines) {
        try {
          await writeAll(file, lines);
          length += lines.length;
        } catch (error) {
          // A full disk may have taken half a line; it still lets a file shrink.
          await file.truncate(length).catch(() => {});
          throw error;
        }
      },
      close: () => file.close(),
    };
  },

  put: (path, content) => putFile(path, (file) => writeAll(file, content)),
};
