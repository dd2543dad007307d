/**
 * Reads a request to the control interface: the operation that it means, and its arguments.
 *
 * @module
 */

import { ApiMisuseError, ControlError } from "../errors.ts";
import { quote, readArguments } from "./arguments.ts";
import type { Content, Operation } from "./description.ts";
import { type OperationName, OPERATIONS } from "./operations.ts";

interface Route {
  readonly name: OperationName;
  readonly operation: Operation;
  readonly parts: readonly string[];
}

/** An operation that a request means. */
export interface Requested {
  readonly name: OperationName;
  readonly operation: Operation;
  /** The parameters that stand in the path. */
  readonly path: Readonly<Record<string, string>>;
}

const ROUTES: readonly Route[] = Object.entries(OPERATIONS).map(([name, operation]) => ({
  name: name as OperationName,
  operation,
  parts: operation.path.split("/"),
}));

/** The path has operations, but none of this method. */
export class MethodError extends ControlError {
  readonly allowed: string;

  constructor(method: string, path: string, allowed: string) {
    super("bad-method", `${path} takes ${allowed}, not ${method}`);
    this.allowed = allowed;
  }
}

/**
 * Finds the operation of a method and a path.
 *
 * @throws {ControlError} `no-such-path`, `bad-method`.
 * @throws {ApiMisuseError} `bad-argument`.
 */
export function findOperation(method: string, pathname: string): Requested {
  const given = pathname.split("/");
  const routes = ROUTES.filter(({ parts }) =>
    parts.length === given.length &&
    parts.every((part, i) => part.startsWith(":") ? given[i] !== "" : part === given[i])
  );
  if (routes.length === 0) {
    throw new ControlError(
      "no-such-path",
      `there is no ${quote(pathname)}; GET / lists what there is`,
    );
  }
  const route = routes.find(({ operation }) => operation.method === method);
  if (route === undefined) {
    const allowed = routes.map(({ operation }) => operation.method).join(", ");
    throw new MethodError(method, pathname, allowed);
  }
  const path: Record<string, string> = {};
  route.parts.forEach((part, i) => {
    if (part.startsWith(":")) path[part.slice(1)] = decodePart(given[i]!);
  });
  return { name: route.name, operation: route.operation, path };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ApiMisuseError("bad-argument", `the path has a bad escape: ${quote(part)}`);
  }
}

function readQuery(params: URLSearchParams): Record<string, string> {
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of params) {
    if (name in query) {
      throw new ApiMisuseError("bad-argument", `the query has ${quote(name)} twice`);
    }
    query[name] = value;
  }
  return query;
}

/**
 * Reads the arguments of an operation.
 *
 * @param body The whole body; content for an operation that {@linkcode takesContent}.
 * @throws {ApiMisuseError} `bad-argument`.
 */
export function readRequest(
  { operation, path }: Requested,
  query: URLSearchParams,
  body: string | Content,
): Record<string, unknown> {
  const [object, content] = typeof body === "string"
    ? [readBody(body), {}]
    : [{}, { content: body }];
  return readArguments(operation, { path, query: readQuery(query), body: object, content });
}

/** Whether the body of an operation is content, and no JSON object. */
export function takesContent({ params }: Operation): boolean {
  return Object.values(params).some((param) => param.in === "content");
}

/** @returns The object in the body; an empty one for an empty body. */
function readBody(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiMisuseError("bad-argument", `the body is not JSON: ${quote(text)}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new ApiMisuseError("bad-argument", `the body is not a JSON object: ${quote(text)}`);
}
