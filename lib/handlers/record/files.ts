/**
 * The part of a file system that recordings need.
 *
 * @module
 */

/** Only the owner may read what clients showed. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

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
  /** Makes a directory that must not exist. @param path Its path. */
  makeDirectory(path: string): Promise<void>;
  /** Makes a file that must not exist. @param path Its path. */
  create(path: string): Promise<LineFile>;
  /**
   * Makes a file that is there as a whole or not at all.
   *
   * @param path Its path.
   * @param content Borrowed until the promise settles.
   */
  put(path: string, content: Uint8Array): Promise<void>;
}

/** The real file system. */
export const systemFiles: Files = {
  makeDirectory: (path) => Deno.mkdir(path, { mode: DIRECTORY_MODE }),

  async create(path) {
    const file = await Deno.open(path, { write: true, createNew: true, mode: FILE_MODE });
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

  async put(path, content) {
    const part = `${path}.part`;
    try {
      const file = await Deno.open(part, { write: true, create: true, mode: FILE_MODE });
      try {
        await file.truncate(0);
        await writeAll(file, content);
      } finally {
        file.close();
      }
      await Deno.rename(part, path);
    } catch (error) {
      await Deno.remove(part).catch(() => {});
      throw error;
    }
  },
};

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
