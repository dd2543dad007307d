/**
 * Requests to the control interface as exchanges: the head has method and path, or the status and the
 * headers of the answer; the body is what follows.
 *
 * @module
 */

import { type CallRequest, type HttpControl, refusal } from "../../control/mod.ts";
import { ControlError, FleetError } from "../../errors.ts";
import { MAX_FLEET_PATH_UNITS } from "../../limits.ts";
import type { Exchange, Head } from "./exchange.ts";

/** The kind of an exchange that is a request. */
export const REQUEST = "request";

/** The name in URLs, which leads nowhere. */
const ORIGIN = "http://net-listen";

/** What a response tells of its body. */
const HEADERS = ["content-type", "content-length", "content-disposition"] as const;

/** Performs the request of a caller. Settles when the answer has gone, or the caller has. */
export async function answerRequest(
  exchange: Exchange,
  head: Head,
  http: HttpControl,
): Promise<void> {
  const { status, headers, body } = await respond(exchange, head, http);
  const told = HEADERS.map((name) => [name, headers.get(name)])
    .filter(([, value]) => value !== null);
  exchange.sendHead({ status, headers: Object.fromEntries(told) });
  const { writable, signal } = exchange;
  // It fails when the caller has gone, which is no matter of the host.
  await (body ?? new Blob().stream()).pipeTo(writable, { signal }).catch(() => {});
}

async function respond(
  exchange: Exchange,
  { method, path }: Head,
  http: HttpControl,
): Promise<Response> {
  const isPath = typeof path === "string" && path.startsWith("/") &&
    path.length <= MAX_FLEET_PATH_UNITS;
  if (!isPath || (method !== "GET" && method !== "POST")) {
    return refusal(new ControlError("no-such-path", "the request has no path or no method"));
  }
  const body = method === "GET" ? null : exchange.readable;
  return await http.respond(new Request(`${ORIGIN}${path}`, { method, body }));
}

/**
 * Sends a request and waits for the head of the answer.
 *
 * @param host The host, in errors.
 * @param maxBytes The longest answer; any when absent.
 * @throws {FleetError} `host-unreachable`, `fleet-refused`.
 */
export async function sendRequest(
  exchange: Exchange,
  { body }: CallRequest,
  host: string,
  maxBytes?: number,
): Promise<Response> {
  void sendBody(exchange, body);
  const { status, headers } = await exchange.head;
  if (!isStatus(status)) {
    const error = new FleetError("fleet-failed", `${host} answers with what is no status`);
    exchange.abort(error);
    throw error;
  }
  const given = typeof headers === "object" && headers !== null ? headers : {};
  const told = HEADERS.flatMap((name) => {
    const value = (given as Record<string, unknown>)[name];
    return typeof value === "string" && /^[\x20-\x7e]*$/.test(value) ? [[name, value]] : [];
  });
  const { readable } = exchange;
  const content = maxBytes === undefined ? readable : readable.pipeThrough(bounded(maxBytes, host));
  return new Response(content, { status, headers: Object.fromEntries(told) });
}

/** Those that the control interface has; others may not have a body, such as 204. */
function isStatus(status: unknown): status is number {
  return Number.isInteger(status) &&
    (status === 200 || (status as number) >= 400 && (status as number) <= 599);
}

async function sendBody(exchange: Exchange, body: CallRequest["body"]): Promise<void> {
  try {
    if (typeof body === "object") {
      await body.pipeTo(exchange.writable);
    } else {
      if (body !== undefined) await exchange.write(new TextEncoder().encode(body));
      await exchange.end();
    }
  } catch {
    // The answer or its absence says why.
  }
}

/** Ends an answer that would fill the memory. */
function bounded(
  maxBytes: number,
  host: string,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  return new TransformStream({
    transform(piece, controller) {
      bytes += piece.length;
      if (bytes <= maxBytes) return controller.enqueue(piece);
      throw new FleetError(
        "fleet-failed",
        `${host} answers with more than ${maxBytes} bytes, which is the most`,
      );
    },
  });
}
