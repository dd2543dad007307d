import assert from "node:assert/strict";
import { HttpControl } from "../../../lib/control/http.ts";
import type { Controlled } from "../../../lib/control/operations.ts";
import { OPERATIONS } from "../../../lib/control/operations.ts";
import { ControlError, KeystoreError } from "../../../lib/errors.ts";
import {
  CONTROL_BODY_TIMEOUT_MS,
  MAX_CONTROL_BODY_BYTES,
  MAX_CONTROL_CALLS,
  MAX_CONTROL_TEXT_UNITS,
  MAX_CONTROL_WORD,
  MAX_LAST_WORDS,
} from "../../../lib/limits.ts";
import { controlledBy } from "../../support/controlled.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { LogBook } from "../../support/log_book.ts";

const ORIGIN = "http://host";

class Rig {
  readonly log = new LogBook();
  readonly typed: unknown[] = [];
  readonly control: HttpControl;

  constructor(operations: Partial<Controlled> = {}) {
    this.control = new HttpControl(
      controlledBy({
        list: () => [],
        type: (args) => {
          this.typed.push(args);
          return { client: 2 };
        },
        ...operations,
      }),
      this.log,
    );
  }

  /** @returns The status, and the code of an error. */
  async ask(method: string, path: string, body?: BodyInit): Promise<[number, string | undefined]> {
    const init = body === undefined ? {} : { body };
    const response = await this.control.respond(new Request(ORIGIN + path, { method, ...init }));
    const text = await response.text();
    const value = JSON.parse(text);
    if (!response.ok) assert.match(value.error, /\w{2}/);
    return [response.status, value.code];
  }
}

const TYPE = "/clients/2/type";

const REFUSED: readonly [
  string,
  method: string,
  path: string,
  body: string | undefined,
  code: string,
][] = [
  ["an unknown path", "GET", "/nothing", undefined, "no-such-path"],
  ["a path with a part too many", "GET", "/clients/2/snapshot/3", undefined, "no-such-path"],
  ["an empty part", "GET", "/clients//snapshot", undefined, "no-such-path"],
  ["a slash at the end", "GET", "/clients/", undefined, "no-such-path"],
  ["a path that climbs", "GET", "/clients/%2e%2e/%2e%2e/etc", undefined, "no-such-path"],
  ["another method", "DELETE", "/clients", undefined, "bad-method"],
  ["a method of another operation", "POST", "/clients", "{}", "bad-method"],
  ["a bad escape", "GET", "/clients/%ff", undefined, "bad-argument"],
  ["a long word", "GET", `/clients/${"1".repeat(MAX_CONTROL_WORD + 1)}`, undefined, "bad-argument"],
  ["an unknown query", "GET", "/clients?x=1", undefined, "bad-argument"],
  ["a query of a prototype", "GET", "/clients?__proto__=1", undefined, "bad-argument"],
  ["a query given twice", "GET", "/records?client=2&client=3", undefined, "bad-argument"],
  [
    "a segment that is no number",
    "GET",
    "/clients/2/snapshot?segment=1e3",
    undefined,
    "bad-argument",
  ],
  ["a segment 0", "GET", "/clients/2/snapshot?segment=0", undefined, "bad-argument"],
  ["a body that is no JSON", "POST", TYPE, "{", "bad-argument"],
  ["a body that is an array", "POST", TYPE, "[]", "bad-argument"],
  ["a body that is null", "POST", TYPE, "null", "bad-argument"],
  ["a body that is text", "POST", TYPE, '"text"', "bad-argument"],
  ["no text", "POST", TYPE, "{}", "bad-argument"],
  ["an empty body", "POST", TYPE, " ", "bad-argument"],
  ["text that is a number", "POST", TYPE, '{"text":1}', "bad-argument"],
  ["an unknown field", "POST", TYPE, '{"text":"","enter":true}', "bad-argument"],
  ["a field of a prototype", "POST", TYPE, '{"text":"","__proto__":{}}', "bad-argument"],
  ["a parameter of the path in the body", "POST", TYPE, '{"text":"","client":"3"}', "bad-argument"],
  [
    "text that is too long",
    "POST",
    TYPE,
    JSON.stringify({ text: "x".repeat(MAX_CONTROL_TEXT_UNITS + 1) }),
    "bad-argument",
  ],
  [
    "last words that are too long",
    "POST",
    "/clients/2/end",
    JSON.stringify({ last_words: "x".repeat(MAX_LAST_WORDS + 1) }),
    "bad-argument",
  ],
  [
    "a body that is too large",
    "POST",
    TYPE,
    " ".repeat(MAX_CONTROL_BODY_BYTES + 1),
    "body-too-large",
  ],
];

const STATUS: Record<string, number> = {
  "no-such-path": 404,
  "bad-method": 405,
  "bad-argument": 400,
  "body-too-large": 413,
};

for (const [what, method, path, body, code] of REFUSED) {
  Deno.test(`control over HTTP: ${what} is refused`, { permissions: "none" }, async () => {
    const rig = new Rig();
    assert.deepEqual(await rig.ask(method, path, body), [STATUS[code], code]);
    assert.deepEqual(rig.typed, []);
    assert.deepEqual(rig.log.lines, []);
  });
}

Deno.test("control over HTTP: arguments come from the path, the query and the body", async () => {
  const segments: unknown[] = [];
  const rig = new Rig({
    snapshot: (args) => {
      segments.push(args);
      return { kind: "text", text: "shown\n" };
    },
  });
  const text = "x".repeat(MAX_CONTROL_TEXT_UNITS);
  assert.deepEqual(await rig.ask("POST", TYPE, JSON.stringify({ text })), [200, undefined]);
  assert.deepEqual(rig.typed, [{ client: "2", text }]);
  const url = `${ORIGIN}/clients/3f2a%2D91/snapshot?segment=7`;
  const response = await rig.control.respond(new Request(url));
  assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(await response.text(), "shown\n");
  assert.deepEqual(segments, [{ client: "3f2a-91", segment: 7 }]);
});

Deno.test("control over HTTP: a refused method names those that there are", async () => {
  const response = await new Rig().control.respond(
    new Request(`${ORIGIN}/clients`, { method: "PUT" }),
  );
  assert.equal(response.headers.get("allow"), "GET");
  await response.body?.cancel();
});

Deno.test("control over HTTP: a picture is a PNG file, lines come as they are, controls are escaped", async () => {
  const rig = new Rig({
    snapshot: () => ({ kind: "png", bytes: new Uint8Array([1, 2, 3]) }),
    watch: () => ReadableStream.from(["one\n", "two\n"]),
    list: () => [{ title: "\u202eevil\u009b" }] as never,
  });
  const get = (path: string) => rig.control.respond(new Request(ORIGIN + path));
  const picture = await get("/clients/2/snapshot");
  assert.equal(picture.headers.get("content-type"), "image/png");
  assert.deepEqual(await picture.bytes(), new Uint8Array([1, 2, 3]));
  const lines = await get("/records");
  assert.equal(lines.headers.get("content-type"), "application/x-ndjson");
  assert.equal(await lines.text(), "one\ntwo\n");
  assert.equal(await (await get("/clients")).text(), '[{"title":"\\u202eevil\\u009b"}]\n');
});

Deno.test("control over HTTP: an operation that throws is a fault with a code, logged once", async () => {
  const rig = new Rig({
    list: () => {
      throw new RangeError("secret internals");
    },
    stats: () => Promise.reject(new RangeError("rejected")),
  });
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await rig.ask("GET", "/clients"), [500, "internal-error"]);
    assert.deepEqual(await rig.ask("GET", "/stats"), [500, "internal-error"]);
  }
  const response = await rig.control.respond(new Request(`${ORIGIN}/clients`));
  assert.doesNotMatch(await response.text(), /secret internals/);
  assert.deepEqual(rig.log.lines.map(({ event, fields }) => [event, fields?.operation]), [
    ["control-failed", "list"],
    ["control-failed", "stats"],
  ]);
});

for (
  const [error, status] of [
    [new ControlError("no-such-client", "there is no client 2"), 404],
    [new ControlError("ambiguous-client", "2 clients"), 409],
    [new ControlError("not-taken", "it is paused"), 409],
    [new ControlError("busy", "too many"), 429],
    [new KeystoreError("no-such-key", "no key has knocked"), 404],
    [new KeystoreError("bad-tag", "the name has a blank"), 400],
    [new KeystoreError("keystore-unwritable", "no space"), 500],
  ] as const
) {
  Deno.test(`control over HTTP: ${error.code} is the status ${status}`, async () => {
    const rig = new Rig({ type: () => Promise.reject(error) });
    assert.deepEqual(await rig.ask("POST", TYPE, '{"text":""}'), [status, error.code]);
    assert.equal(rig.log.lines.length, status === 500 ? 1 : 0);
  });
}

Deno.test("control over HTTP: only so many requests are under way", async () => {
  const { promise, resolve } = Promise.withResolvers<{ client: number }>();
  const rig = new Rig({ type: () => promise });
  const waiting = Array.from(
    { length: MAX_CONTROL_CALLS },
    () => rig.ask("POST", TYPE, '{"text":""}'),
  );
  assert.deepEqual(await rig.ask("GET", "/clients"), [429, "busy"]);
  resolve({ client: 2 });
  for (const each of waiting) assert.deepEqual(await each, [200, undefined]);
  assert.deepEqual(await rig.ask("GET", "/clients"), [200, undefined]);
});

Deno.test("control over HTTP: a body that does not come ends its request", async () => {
  const rig = new Rig();
  let isCancelled = false;
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1_000).fill(123)),
    cancel: () => void (isCancelled = true),
  }, { highWaterMark: 0 });
  {
    using time = new FakeTimers();
    const { promise: isRead, resolve } = Promise.withResolvers<void>();
    const silent = new ReadableStream({
      pull: () => resolve(),
      cancel: () => void (isCancelled = true),
    }, { highWaterMark: 0 });
    const answer = rig.ask("POST", TYPE, silent);
    await isRead;
    time.pass(CONTROL_BODY_TIMEOUT_MS);
    assert.deepEqual(await answer, [408, "body-timeout"]);
    assert.ok(isCancelled);
  }
  isCancelled = false;
  assert.deepEqual(await rig.ask("POST", TYPE, body), [413, "body-too-large"]);
  assert.ok(isCancelled);
  const broken = new ReadableStream({
    pull: (controller) => controller.error(new Error("reset")),
  }, { highWaterMark: 0 });
  assert.deepEqual(await rig.ask("POST", TYPE, broken), [400, "bad-argument"]);
});

Deno.test("control interface: every operation is described, and no two are alike", () => {
  const seen = new Set<string>();
  for (const [name, { method, path, doc, params, fields }] of Object.entries(OPERATIONS)) {
    const shape = `${method} ${path.replaceAll(/:\w+/g, ":")}`;
    assert.ok(!seen.has(shape), name);
    seen.add(shape);
    assert.match(doc, /^[A-Z].*[^.]$/);
    const inPath = path.match(/(?<=:)\w+/g) ?? [];
    const described = Object.entries(params).filter(([, param]) => param.in === "path");
    assert.deepEqual(described.map(([name]) => name), inPath);
    for (const each of [...Object.values(params), ...Object.values(fields)]) {
      assert.match(each.doc, /\w{3}/);
    }
    if (method === "GET") {
      for (const { in: at } of Object.values(params)) assert.notEqual(at, "body");
    }
  }
});
