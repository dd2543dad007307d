import assert from "node:assert/strict";
import { HttpControl } from "../../../lib/control/mod.ts";
import { FleetError } from "../../../lib/errors.ts";
import { answerRequest, sendRequest } from "../../../lib/fleet/control/requests.ts";
import { FLEET_ALIVE_MS, FLEET_SILENT_MS, MAX_FLEET_PATH_UNITS } from "../../../lib/limits.ts";
import { silentLogger } from "../../../lib/log.ts";
import { controlledBy } from "../../support/controlled.ts";
import { type ExchangePair, exchangePair } from "../../support/exchange.ts";
import { FakeTimers } from "../../support/fake_timers.ts";

const GET = { method: "GET", path: "/", body: undefined } as const;

function isFailed(pattern: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof FleetError && error.code === "fleet-failed" && pattern.test(error.message);
}

/** Lets a host answer the first request of a pair. */
async function answer({ host }: ExchangePair, http: HttpControl): Promise<void> {
  await answerRequest(host, await host.head, http);
}

Deno.test("a host ends the file that it sends when its caller is gone", async () => {
  using timers = new FakeTimers();
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
    cancel() {
      isCancelled = true;
    },
  });
  const http = new HttpControl(controlledBy({ fetch: () => ({ stream }) }), silentLogger);
  const pair = exchangePair();
  pair.caller.sendHead({ method: "GET", path: "/clients/2/files/1" });
  const answered = answer(pair, http);
  await pair.caller.head;
  pair.cut("host");
  for (let ms = 0; ms <= FLEET_SILENT_MS; ms += FLEET_ALIVE_MS) timers.pass(FLEET_ALIVE_MS);
  await answered;
  assert(isCancelled);
  assert.match(`${pair.host.signal.reason}`, /the caller was not heard of for 6 s/);
  pair.caller.abort(new Error("the test ends"));
});

Deno.test("a path that is too long is refused, whatever the server takes", async () => {
  const http = new HttpControl(controlledBy({}), silentLogger);
  const pair = exchangePair();
  pair.caller.sendHead({ method: "GET", path: `/${"x".repeat(MAX_FLEET_PATH_UNITS)}` });
  await answer(pair, http);
  assert.equal((await pair.caller.head)["status"], 404);
});

Deno.test("what a broken host answers is refused: no status, and more than is kept", async () => {
  for (const status of [undefined, "200", 99, 204, 304, 600, 200.5]) {
    const { caller, host } = exchangePair();
    caller.sendHead(GET);
    host.sendHead({ status });
    await assert.rejects(
      sendRequest(caller, GET, "the host h", 1000),
      isFailed(/^the host h answers with what is no status$/),
    );
    assert(caller.signal.aborted);
  }
  const { caller, host } = exchangePair();
  caller.sendHead(GET);
  host.sendHead({ status: 200, headers: { "content-type": "a\r\nb", "x-other": "1", a: 1 } });
  const response = await sendRequest(caller, GET, "the host h", 1000);
  assert.deepEqual([...response.headers], []);
  const sent = host.write(new Uint8Array(1001)).then(() => host.end());
  await assert.rejects(response.bytes(), isFailed(/more than 1000 bytes, which is the most/));
  await sent;
});

Deno.test("a head that the server does not take ends the exchange", async () => {
  const { caller, host } = exchangePair(200);
  caller.sendHead({ path: "x".repeat(300) });
  await assert.rejects(caller.head, isFailed(/a head of 311 bytes, the server takes 195; raise/));
  await assert.rejects(host.head);
});
