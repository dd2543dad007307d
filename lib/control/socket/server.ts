/**
 * Serves the control interface on a Unix socket that only its user can reach.
 *
 * @module
 */

import { dirname } from "node:path";
import { ControlError, messageOf } from "../../errors.ts";
import { DRAIN_TIMEOUT_MS } from "../../limits.ts";
import { lockSockets, socketState } from "../../net/unix_socket.ts";
import type { HttpControl } from "../http.ts";

/** What fits the address of a Unix socket, in bytes, in front of its NUL. */
const MAX_PATH_BYTES = 107;
const MODE = 0o600;

/** A control socket; remove it by {@linkcode ControlSocket.close}. */
export class ControlSocket {
  readonly path: string;
  readonly #server: Deno.HttpServer;
  readonly #abort: AbortController;
  readonly #inode: number | null;

  private constructor(path: string, server: Deno.HttpServer, abort: AbortController) {
    this.path = path;
    this.#server = server;
    this.#abort = abort;
    this.#inode = Deno.lstatSync(path).ino;
  }

  /**
   * Opens a socket. It is made in a directory of its own that no other user can enter, and moved to its
   * path with its final mode. A socket of that path that nothing listens on is replaced.
   *
   * @throws {ControlError} `control-in-use`, `control-failed`.
   */
  static async open(path: string, control: Pick<HttpControl, "respond">): Promise<ControlSocket> {
    const abort = new AbortController();
    let directory: string | undefined;
    try {
      using _lock = await lockSockets(dirname(path));
      const state = await socketState(path);
      if (state === "live") throw inUse(path);
      if (state === "other") throw new Error("there is something else; give another path");
      directory = Deno.makeTempDirSync({ dir: dirname(path), prefix: ".new-" });
      const made = `${directory}/s`;
      requireShort(path);
      requireShort(made);
      const server = Deno.serve({
        path: made,
        signal: abort.signal,
        onListen() {},
        handler: (request) => control.respond(request),
      });
      try {
        Deno.chmodSync(made, MODE);
        if (state === "dead") Deno.renameSync(made, path);
        else Deno.linkSync(made, path);
        return new ControlSocket(path, server, abort);
      } catch (error) {
        abort.abort();
        throw error;
      }
    } catch (error) {
      if (error instanceof ControlError || error instanceof Deno.errors.NotCapable) throw error;
      if (error instanceof Deno.errors.AlreadyExists) throw inUse(path);
      throw new ControlError(
        "control-failed",
        `the control socket ${path} cannot be opened: ${messageOf(error)}`,
        { cause: error },
      );
    } finally {
      if (directory !== undefined) Deno.removeSync(directory, { recursive: true });
    }
  }

  /** Removes the socket, and waits a while for the requests that are under way. */
  async close(): Promise<void> {
    try {
      if (Deno.lstatSync(this.path).ino === this.#inode) Deno.removeSync(this.path);
    } catch {
      // It was removed before.
    }
    const timer = setTimeout(() => this.#abort.abort(), DRAIN_TIMEOUT_MS);
    await this.#server.shutdown();
    clearTimeout(timer);
  }
}

function inUse(path: string): ControlError {
  return new ControlError(
    "control-in-use",
    `another process listens on the control socket ${path}; give another path by --control PATH`,
  );
}

function requireShort(path: string): void {
  const { length } = new TextEncoder().encode(path);
  if (length <= MAX_PATH_BYTES) return;
  throw new ControlError(
    "control-failed",
    `the path of the control socket ${path} has ${length} bytes, the most is ${MAX_PATH_BYTES}; ` +
      "give a shorter one by --control PATH",
  );
}
