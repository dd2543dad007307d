/**
 * One call of a program, a JSON object on a line: reading it, doing it, and its result as JSON.
 *
 * @module
 */

import { decodeBase64 } from "../../bytes/base64.ts";
import { encodeUtf8 } from "../../bytes/text.ts";
import { ApiMisuseError } from "../../errors.ts";
import type { ListenSource } from "../../net/listen_types.ts";
import { type Source, VERBS } from "../../segment/source.ts";
import type { Verb } from "../../segment/verbs/verb.ts";
import { takeSnapshot } from "../pictures/snapshot.ts";

/** A call as the program wrote it. */
export interface Call {
  /** The name in this library; programs may use the one of Lua as well. */
  readonly verb: string;
  /** The number of the source. */
  readonly source: number;
  /** The request that is answered; the oldest one of the source unless given. */
  readonly request: number | undefined;
  /** What the verb gets. */
  readonly args: readonly unknown[];
  /** Whether requests of the accepted client for subsegments go to the program; refused otherwise. */
  readonly subsegments: boolean;
  /** Comes back with the result; a call without it gets no result. */
  readonly id: unknown;
}

/** Without `accept` and `refuse`, which answer requests. */
const CLIENT_VERBS: readonly string[] = Object.entries<Verb>(VERBS)
  .filter(([, verb]) => !verb.isLocal).map(([name]) => name);
const LISTENER_VERBS: readonly string[] = ["targetInput", "deleteImage", "shutdown"];

const KNOWN_FIELDS = ["verb", "source", "args", "id", "request", "subsegments"] as const;

/** @throws {ApiMisuseError} `bad-argument` for a line that is no call. */
export function parseCall(line: string): Call {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return refuse(`the line is not JSON: ${JSON.stringify(line.slice(0, 60))}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse("the line is not a JSON object");
  }
  const { verb, source, args = [], id, request, subsegments = false, ...rest } = value as Record<
    string,
    unknown
  >;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) {
    refuse(`the field ${JSON.stringify(unknown)} is unknown; known: ${KNOWN_FIELDS.join(", ")}`);
  }
  if (typeof verb !== "string") refuse('the field "verb" is not a string');
  if (typeof source !== "number") refuse('the field "source" is not a number');
  if (request !== undefined && typeof request !== "number") {
    refuse('the field "request" is not a number');
  }
  if (typeof subsegments !== "boolean") refuse('the field "subsegments" is not true or false');
  if (!Array.isArray(args)) refuse('the field "args" is not an array');
  return { verb: camelCase(verb), source, request, args, subsegments, id };
}

/**
 * Calls a verb other than `acceptTarget`.
 *
 * @returns The result of the verb, or a promise of it.
 * @throws {ApiMisuseError} `bad-argument` for an unknown verb; errors of the verb are passed on.
 */
export function perform(
  source: Source | ListenSource,
  { verb, args }: Pick<Call, "verb" | "args">,
): unknown {
  if (verb === "snapshot" && source.role === "client") return jsonSnapshot(source);
  const verbs = source.role === "listener" ? LISTENER_VERBS : CLIENT_VERBS;
  if (!verbs.includes(verb)) {
    refuse(`a ${source.role} has no verb ${JSON.stringify(verb)}`);
  }
  const methods = source as unknown as Record<string, (...args: unknown[]) => unknown>;
  return methods[verb]!(...args.map(withBytes));
}

export function isSource(result: unknown): result is Source {
  return typeof result === "object" && result !== null && "role" in result && "id" in result;
}

/** The result of a verb in a form for JSON: a source as its number, a transfer as `true`. */
export function resultJson(result: unknown): unknown {
  if (isSource(result)) return result.id;
  const isTransfer = typeof result === "object" && result !== null && "cancel" in result;
  return isTransfer ? true : result;
}

async function jsonSnapshot(source: Source): Promise<unknown> {
  const taken = await takeSnapshot(source);
  return taken?.kind === "png" ? { kind: "png", base64: taken.bytes.toBase64() } : taken;
}

/** Replaces `{"base64": …}` and `{"utf8": …}`, anywhere in the arguments, by bytes. */
function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [[name, text] = []] = entries;
  if (entries.length === 1 && typeof text === "string") {
    if (name === "utf8") return encodeUtf8(text);
    if (name === "base64") {
      return decodeBase64(text) ?? refuse("the base64 of an argument is malformed");
    }
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, withBytes(item)]));
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function refuse(message: string): never {
  throw new ApiMisuseError("bad-argument", message);
}
