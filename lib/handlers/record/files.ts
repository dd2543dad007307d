/**
 * The part of a file system that recordings need.
 *
 * @module
 */

import { writeAll } from "../../write_all.ts";
import { createDirectory, createFile, ensureDirectory, putFile } from "../new_file.ts";

/** A file that grows by whole lines. */
export interface LineFile {
  /**
   * Appends lines. When that fails, a part that was written is removed again if possible.
   *
   * @param lines Whole lines; borrowed until the promise settles.
   */
  append(lines: Uint8Array): Promise<void>;
  /** Closes the file. */
  close(): void;
}

/** What recordings do with the file system, so that tests can use one that is full or slow. */
export interface Files {
  /**
   * Creates a directory and its parents if it is missing.
   *
   * @returns Whether it was missing.
   */
  ensureDirectory(path: string): Promise<boolean>;
  /**
   * Creates a directory.
   *
   * @throws {Deno.errors.AlreadyExists} The name is taken.
   */
  makeDirectory(path: string): Promise<void>;
  /**
   * Identifies the directory at a path, so that another directory or a link in its place is noticed.
   *
   * @returns A text that differs for every directory and link of the system.
   */
  identify(path: string): Promise<string>;
  /** Creates a file; a taken name is an error. */
  create(path: string): Promise<LineFile>;
  /**
   * Writes a file that appears as a whole or not at all.
   *
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
          // A full disk may have taken half a line; it still allows a file to shrink.
          await file.truncate(length).catch(() => {});
          throw error;
        }
      },
      close: () => file.close(),
    };
  },

  put: (path, content) => putFile(path, (file) => writeAll(file, content)),
};
