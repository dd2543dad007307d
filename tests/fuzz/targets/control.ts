import assert from "node:assert/strict";
import { decodeUtf8Lenient, encodeUtf8 } from "../../../lib/bytes/text.ts";
import type { ClientRow } from "../../../lib/control/clients.ts";
import { findClient } from "../../../lib/control/find.ts";
import { OPERATIONS } from "../../../lib/control/operations.ts";
import { findOperation, readRequest } from "../../../lib/control/request.ts";
import { A12Error } from "../../../lib/errors.ts";
import type { Target } from "../target.ts";

const CLIENTS = [
  { id: 2, key: "3f2a-91bc-07de-55aa-c1d2", title: "a" },
  { id: 20, key: "3f2a-91bd-07de-55aa-c1d2", title: "\u202eb" },
] as ClientRow[];

/**
 * Requests to the control interface: a line with method and target, then the body. What is accepted has
 * exactly the parameters of its operation, each of its type and within its bounds.
 */
export const controlRequests: Target = {
  name: "control requests",
  corpus: [
    "GET /",
    "GET /clients/3f2a-91bc",
    "GET /clients/20/snapshot?segment=3",
    "GET /records?client=2",
    'POST /clients/2/type\n{"text":"ls\\n"}',
    'POST /clients/2/call\n{"verb":"wheel","args":[-1,{"utf8":"x"}],"segment":2}',
    'POST /links\n{"read_only":true,"seconds":60}',
    'POST /clients/2/end\n{"last_words":"see you"}',
    "POST /listener/close\n{}",
    'POST /knocks/3f2a%2D91bc/accept\n{"name":"demo","comment":"Anna\'s laptop"}',
    "GET /clients/%ff?__proto__=1&a=1&a=2",
    'POST /clients/constructor/type\n{"text":"","__proto__":{"client":1}}',
  ].map(encodeUtf8),
  run: (input) => {
    const text = decodeUtf8Lenient(input);
    const end = text.indexOf("\n");
    const [line, body] = end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end + 1)];
    const [method = "", target = ""] = line.split(" ");
    try {
      check(method, target, body);
    } catch (error) {
      if (error instanceof A12Error) return;
      throw error;
    }
  },
};

function check(method: string, target: string, body: string): void {
  if (!URL.canParse(target, "http://host")) return;
  const { pathname, searchParams } = new URL(target, "http://host");
  const requested = findOperation(method, pathname);
  assert.equal(OPERATIONS[requested.name], requested.operation);
  assert.equal(requested.operation.method, method);
  const args = readRequest(requested, searchParams, body);
  const { params } = requested.operation;
  for (const [name, value] of Object.entries(args)) {
    const { type, max } = params[name]!;
    if (type === "string") assert.ok(typeof value === "string" && value.length <= max);
    else if (type === "array") assert.ok(Array.isArray(value) && value.length <= max);
    else if (type === "boolean") assert.equal(typeof value, "boolean");
    else assert.ok(Number.isSafeInteger(value) && (value as number) >= 1);
  }
  for (const [name, { isOptional }] of Object.entries(params)) {
    assert.ok(isOptional || Object.hasOwn(args, name));
  }
  if (typeof args.client !== "string") return;
  const { id, key } = findClient(CLIENTS, args.client);
  const digits = args.client.toLowerCase().replaceAll("-", "");
  assert.ok(String(id) === args.client || key.replaceAll("-", "").startsWith(digits));
}
