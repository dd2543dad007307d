/**
 * The control interface over HTTP: from a request to its response. It knows no socket, so that it can be
 * served anywhere.
 *
 * @module
 */

import { A12Error, ApiMisuseError, ControlError, messageOf } from "../errors.ts";
import { CONTROL_BODY_TIMEOUT_MS, MAX_CONTROL_BODY_BYTES, MAX_CONTROL_CALLS } from "../limits.ts";
import { escapeControls, type Logger } from "../log.ts";
import type { Snapshot } from "../handlers/pictures/snapshot.ts";
import { quote } from "./arguments.ts";
import { type BodyLimits, readBody } from "./body.ts";
import type { Content, Operation } from "./description.ts";
import type { Controlled } from "./operations.ts";
import { findOperation, MethodError, readRequest, takesContent } from "./request.ts";

/** The status of each code; others are mistakes of the caller if their class says so. */
const STATUS: { readonly [code: string]: number } = {
  "no-such-path": 404,
  "no-such-client": 404,
  "no-such-file": 404,
  "no-such-recording": 404,
  "transfer-failed": 409,
  "no-such-key": 404,
  "no-such-link": 404,
  "no-such-host": 404,
  "host-unreachable": 503,
  "fleet-unreachable": 503,
  "fleet-refused": 502,
  "fleet-failed": 502,
  "no-session": 401,
  "bad-link": 401,
  "not-allowed": 403,
  "wrong-origin": 403,
  "wrong-host": 421,
  "no-web": 409,
  "nothing-shown": 404,
  "bad-method": 405,
  "ambiguous-client": 409,
  "not-taken": 409,
  "body-too-large": 413,
  "body-timeout": 408,
  "busy": 429,
  "queue-full": 429,
  "draining": 503,
  "closed": 503,
  "keystore-stale": 503,
  "bad-tag": 400,
  "bad-conditions": 400,
};

const LIMITS: BodyLimits = {
  maxBytes: MAX_CONTROL_BODY_BYTES,
  timeoutMs: CONTROL_BODY_TIMEOUT_MS,
};

const encoder = new TextEncoder();

export class HttpControl {
  readonly #controlled: Controlled;
  readonly #log: Logger;
  readonly #failed = new Set<string>();
  #calls = 0;

  /** @param log Gets failures that are no mistake of the caller, one line an operation. */
  constructor(controlled: Controlled, log: Logger) {
    this.#controlled = controlled;
    this.#log = log;
  }

  /** Performs an operation; never rejects. */
  async respond(request: Request): Promise<Response> {
    let name = "request";
    this.#calls++;
    try {
      if (this.#calls > MAX_CONTROL_CALLS) {
        throw new ControlError(
          "busy",
          `${MAX_CONTROL_CALLS} requests are under way, which is the most; try again`,
        );
      }
      const { pathname, searchParams } = readUrl(request);
      const requested = findOperation(request.method, pathname);
      name = requested.name;
      const body = takesContent(requested.operation)
        ? contentOf(request)
        : await readBody(request, LIMITS);
      const args = readRequest(requested, searchParams, body);
      const perform = this.#controlled[requested.name] as (args: unknown) => unknown;
      return toResponse(requested.operation, await perform.call(this.#controlled, args));
    } catch (error) {
      return this.#refuse(name, error);
    } finally {
      this.#calls--;
    }
  }

  #refuse(name: string, error: unknown): Response {
    const code = error instanceof A12Error ? error.code : "internal-error";
    const isMisuse = error instanceof ApiMisuseError || error instanceof ControlError;
    const status = STATUS[code] ?? (isMisuse ? 400 : 500);
    if (status === 500 && !this.#failed.has(name)) {
      this.#failed.add(name);
      this.#log.log("error", "control-failed", {
        operation: name,
        reason: code,
        detail: messageOf(error),
        stack: error instanceof A12Error ? undefined : (error as Error).stack,
      });
    }
    const text = error instanceof A12Error
      ? error.message
      : "the listener has failed to do this; its log has more";
    return json({ error: text, code }, {
      status,
      headers: error instanceof MethodError ? { allow: error.allowed } : {},
    });
  }
}

/** The response that refuses what a caller must not, or cannot, do. */
export function refusal({ message, code }: ControlError): Response {
  return json({ error: message, code }, { status: STATUS[code] ?? 400 });
}

function readUrl({ url }: Request): URL {
  const read = URL.parse(url);
  if (read !== null) return read;
  throw new ApiMisuseError("bad-argument", `the path or the Host header is wrong: ${quote(url)}`);
}

function contentOf({ body, headers }: Request): Content {
  const length = headers.get("content-length");
  return {
    stream: body ?? new Blob().stream(),
    sizeBytes: length === null ? undefined : Number(length),
  };
}

function toResponse({ result }: Operation, value: unknown): Response {
  switch (result) {
    case "object":
    case "rows":
      return json(value);
    case "lines": {
      const lines = (value as ReadableStream<string>).pipeThrough(new TextEncoderStream());
      return new Response(lines, { headers: { "content-type": "application/x-ndjson" } });
    }
    case "text":
      return plain(value as string, "text/plain; version=0.0.4; charset=utf-8");
    case "content": {
      const { stream, type = "application/octet-stream", sizeBytes, name } = value as Content;
      return new Response(stream, {
        headers: {
          "content-type": type,
          ...(sizeBytes !== undefined && { "content-length": String(sizeBytes) }),
          ...(name !== undefined && { "content-disposition": `attachment; filename="${name}"` }),
        },
      });
    }
    case "picture": {
      const picture = value as Snapshot;
      if (picture.kind === "text") return plain(picture.text, "text/plain; charset=utf-8");
      return new Response(picture.bytes, { headers: { "content-type": "image/png" } });
    }
  }
}

/** A response with JSON. */
export function json(value: unknown, init: ResponseInit = {}): Response {
  const body = encoder.encode(`${escapeControls(JSON.stringify(value))}\n`);
  return new Response(body, {
    ...init,
    headers: { ...init.headers, "content-type": "application/json" },
  });
}

function plain(text: string, type: string): Response {
  return new Response(encoder.encode(text), { headers: { "content-type": type } });
}
