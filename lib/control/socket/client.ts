/**
 * The other end of a control socket.
 *
 * @module
 */

import { ControlError, messageOf } from "../../errors.ts";
import { socketState } from "../../net/unix_socket.ts";
import { type CallRequest, type ControlWay, makeRequest, readResponse } from "../call.ts";
import type { Operation } from "../description.ts";
import { type Arguments, type OperationName, OPERATIONS, type Result } from "../operations.ts";

/** The name in URLs; the socket decides where they lead. */
const ORIGIN = "http://net-listen";

/** A way to one listener. */
export class ControlClient implements ControlWay, Disposable {
  readonly path: string;
  readonly #http: Deno.HttpClient;

  /** @param path The socket. */
  constructor(path: string) {
    this.path = path;
    this.#http = Deno.createHttpClient({ proxy: { transport: "unix", path } });
  }

  /**
   * Performs an operation.
   *
   * @param signal Ends the wait.
   * @throws {ControlError} `no-listener` when it cannot be reached; what the listener refuses, with the
   *   code that it gives.
   */
  async call<K extends OperationName>(
    name: K,
    args: Arguments<K>,
    signal?: AbortSignal,
  ): Promise<Result<K>> {
    const operation: Operation = OPERATIONS[name];
    const response = await this.#fetch(makeRequest(operation, args), signal);
    return await readResponse(operation, response) as Result<K>;
  }

  [Symbol.dispose](): void {
    this.#http.close();
  }

  async #fetch(
    { method, path, body }: CallRequest,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    try {
      return await fetch(`${ORIGIN}${path}`, {
        method,
        client: this.#http,
        ...(body !== undefined && { body }),
        ...(signal && { signal }),
      });
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      throw new ControlError(
        "no-listener",
        `no listener answers at ${this.path}: ${await whyUnreachable(this.path, error)}`,
        { cause: error },
      );
    }
  }
}

/** What a person can act on; `fetch` says only that it has failed. */
async function whyUnreachable(path: string, error: unknown): Promise<string> {
  try {
    switch (await socketState(path)) {
      case "absent":
        return "there is no such file";
      case "other":
        return "it is not a socket";
      case "dead":
        return "its process has ended";
      case "live":
        return messageOf(error);
    }
  } catch (reason) {
    return messageOf(reason);
  }
}
