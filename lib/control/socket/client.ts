/**
 * The other end of a control socket.
 *
 * @module
 */

import { type ControlCode, ControlError, messageOf } from "../../errors.ts";
import { socketState } from "../../net/unix_socket.ts";
import type { Content, Operation } from "../description.ts";
import { safeName } from "../files/names.ts";
import { type Arguments, type OperationName, OPERATIONS, type Result } from "../operations.ts";

/** The name in URLs; the socket decides where they lead. */
const ORIGIN = "http://net-listen";

/** A way to one listener. */
export class ControlClient implements Disposable {
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
    const response = await this.#fetch(operation, args, signal);
    if (!response.ok) throw await readRefusal(response);
    return await readResult(operation, response) as Result<K>;
  }

  [Symbol.dispose](): void {
    this.#http.close();
  }

  async #fetch(
    operation: Operation,
    args: Readonly<Record<string, unknown>>,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const { method, params } = operation;
    let path = operation.path;
    const query = new URLSearchParams();
    const body: Record<string, unknown> = {};
    let content: Content | undefined;
    for (const [name, value] of Object.entries(args)) {
      if (value === undefined) continue;
      const at = params[name]!.in;
      if (at === "path") path = path.replace(`:${name}`, () => encodeURIComponent(String(value)));
      else if (at === "query") query.set(name, String(value));
      else if (at === "content") content = value as Content;
      else body[name] = value;
    }
    const search = query.size === 0 ? "" : `?${query}`;
    try {
      return await fetch(`${ORIGIN}${path}${search}`, {
        method,
        client: this.#http,
        ...(method === "POST" && { body: content?.stream ?? JSON.stringify(body) }),
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

async function readRefusal(response: Response): Promise<Error> {
  const text = await response.text();
  try {
    const { error, code } = JSON.parse(text);
    return new ControlError(code as ControlCode, String(error));
  } catch {
    return new ControlError("control-failed", `the listener answers ${response.status}: ${text}`);
  }
}

async function readResult({ result }: Operation, response: Response): Promise<unknown> {
  switch (result) {
    case "object":
    case "rows":
      return await response.json();
    case "lines":
      return response.body!.pipeThrough(new TextDecoderStream());
    case "text":
      return await response.text();
    case "content":
      return contentOf(response);
    case "picture":
      return response.headers.get("content-type") === "image/png"
        ? { kind: "png", bytes: await response.bytes() }
        : { kind: "text", text: await response.text() };
  }
}

function contentOf({ body, headers }: Response): Content {
  const length = headers.get("content-length");
  const name = /filename="([^"]+)"/.exec(headers.get("content-disposition") ?? "")?.[1];
  return {
    stream: body ?? new Blob().stream(),
    sizeBytes: length === null ? undefined : Number(length),
    type: headers.get("content-type") ?? "",
    // The listener may be that of another user.
    ...(name !== undefined && { name: safeName(name, 0) }),
  };
}
