/**
 * Calls of the listener: the operations that `ctl` has, and the login.
 *
 * @module
 */

import type { Operation } from "../../control/description.ts";
import type { HostRow } from "../../control/hosts.ts";
import {
  type Arguments,
  type OperationName,
  OPERATIONS,
  type Result,
  type Row,
} from "../../control/operations.ts";

/** How long an answer may take before the connection counts as lost. */
const ANSWER_MS = 10_000;

/** How far the clock of the listener is ahead of that of the browser, within a second. */
let aheadMs = 0;

/** The time by the clock of the listener, in milliseconds since 1970. */
export function listenerTime(): number {
  return Date.now() + aheadMs;
}

/** What a link lets its holder do. */
export interface Session {
  /** Look alone, or everything. */
  readonly rights: "look" | "all";
  /** The number of the only client that it is for. */
  readonly client?: number;
  /** When it ends, in ISO 8601. */
  readonly expires?: string;
  /** The id of its host, in a fleet. */
  readonly host?: string;
  /** The listener. */
  readonly listener: Row<"listener">;
}

/** What the listener answers in place of a result. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Performs an operation. @throws {Refusal} What the listener refuses; `TypeError` without a connection. */
export async function call<K extends OperationName>(
  name: K,
  args: Arguments<K>,
): Promise<Result<K>> {
  const response = await request(name, args, AbortSignal.timeout(ANSWER_MS));
  const { result } = OPERATIONS[name] as Operation;
  const body = result === "object" || result === "rows" ? response.json() : response.text();
  return await body as Result<K>;
}

/** Opens an operation that gives lines, which come until `signal`. */
export async function* lines(
  name: OperationName & ("watch" | "log"),
  signal: AbortSignal,
): AsyncGenerator<string> {
  const response = await request(name, {}, signal);
  let rest = "";
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

/** The address of an operation, as for a download. */
export function addressOf<K extends OperationName>(name: K, args: Arguments<K>): string {
  return describe(name, args).address;
}

/** Exchanges the token of a link for the cookie. @throws {Refusal} For an unknown or withdrawn link. */
export async function logIn(token: string): Promise<void> {
  await send("/login", { method: "POST", ...json({ token }) });
}

/** Asks what this page may do. @throws {Refusal} With status 401 when it is not logged in. */
export async function getSession(): Promise<Session> {
  const response = await send("/api/session", { signal: AbortSignal.timeout(ANSWER_MS) });
  return await response.json();
}

/** Lists the other hosts of the fleet, with their clients. */
export async function getHosts(): Promise<readonly HostRow[]> {
  const response = await send("/api/hosts", { signal: AbortSignal.timeout(ANSWER_MS) });
  return await response.json();
}

function request<K extends OperationName>(
  name: K,
  args: Arguments<K>,
  signal: AbortSignal,
): Promise<Response> {
  const { method, address, body } = describe(name, args);
  return send(address, { method, signal, ...(method === "POST" && json(body)) });
}

function describe(name: OperationName, args: Readonly<Record<string, unknown>>) {
  const { method, params, path }: Operation = OPERATIONS[name];
  let address = `/api${path}`;
  const query = new URLSearchParams();
  const body: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(args)) {
    if (value === undefined) continue;
    const at = params[key]!.in;
    if (at === "path") address = address.replace(`:${key}`, encodeURIComponent(String(value)));
    else if (at === "query") query.set(key, String(value));
    else body[key] = value;
  }
  return { method, address: query.size === 0 ? address : `${address}?${query}`, body };
}

function json(body: unknown): RequestInit {
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

async function send(address: string, init: RequestInit): Promise<Response> {
  const response = await fetch(address, { credentials: "same-origin", cache: "no-store", ...init });
  const time = Date.parse(response.headers.get("date") ?? "");
  if (!Number.isNaN(time)) aheadMs = time - Date.now();
  if (response.ok) return response;
  const text = await response.text();
  try {
    const { code, error } = JSON.parse(text) as { code: unknown; error: unknown };
    throw new Refusal(response.status, String(code), String(error));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(response.status, "unknown", text || response.statusText);
  }
}
