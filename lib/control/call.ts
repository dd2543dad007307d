/**
 * What all ways to a listener share: from the arguments of an operation to a request, and from a response
 * to its result.
 *
 * @module
 */

import { type ControlCode, ControlError } from "../errors.ts";
import type { Content, Operation } from "./description.ts";
import { safeName } from "./files/names.ts";
import type { Arguments, OperationName, Result } from "./operations.ts";

/** A way to a listener. */
export interface ControlWay {
  /**
   * Performs an operation.
   *
   * @param signal Ends the wait.
   * @throws {ControlError} What the listener refuses, with the code that it gives.
   */
  call<K extends OperationName>(
    name: K,
    args: Arguments<K>,
    signal?: AbortSignal,
  ): Promise<Result<K>>;
}

/** A request for an operation. */
export interface CallRequest {
  readonly method: Operation["method"];
  /** The path with its query. */
  readonly path: string;
  /** `undefined` for none. */
  readonly body: string | ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
}

/** Puts arguments where the operation has them. */
export function makeRequest(
  { method, path: pattern, params }: Operation,
  args: Readonly<Record<string, unknown>>,
): CallRequest {
  let path = pattern;
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
  return {
    method,
    path: path + search,
    body: method === "POST" ? content?.stream ?? JSON.stringify(body) : undefined,
  };
}

/**
 * Reads what has come of an operation.
 *
 * @throws {ControlError} What the listener refuses, with the code that it gives.
 */
export async function readResponse({ result }: Operation, response: Response): Promise<unknown> {
  if (!response.ok) throw await readRefusal(response);
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

async function readRefusal(response: Response): Promise<Error> {
  const text = await response.text();
  try {
    const { error, code } = JSON.parse(text);
    return new ControlError(code as ControlCode, String(error));
  } catch {
    return new ControlError("control-failed", `the listener answers ${response.status}: ${text}`);
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
