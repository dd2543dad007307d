/** `listen` under load, and the clients of the load: from many addresses, as one has a limit. */

import { VIDEO_DATA_STREAM_ID } from "../../lib/wire/constants.ts";
import { CLIENT_KEY } from "../bench/sink/client.ts";
import { listenSink, MeasuredSink } from "../bench/sink/measured_sink.ts";
import { TestClient } from "../support/clients.ts";
import { connectFrom } from "../support/connect_from.ts";
import { ONE_PIXEL } from "../support/one_pixel.ts";

const ADDRESSES = 100;

/** @returns The n-th of the addresses of the clients. */
export function addressOf(n: number): string {
  return `127.0.1.${n % ADDRESSES}`;
}

/** An address that is none of these. */
export const OTHER_ADDRESS = "127.0.2.1";

/** Starts `listen`; what it prints is thrown away. */
export function startListen(): Promise<MeasuredSink> {
  return MeasuredSink.start(listenSink("listen", "null", ""));
}

/** Logs a client in and waits until it may draw. */
export async function logIn(port: number, address: string): Promise<TestClient> {
  const client = new TestClient(await connectFrom(address, port), { key: CLIENT_KEY });
  if (!await client.login()) throw new Error(`a client from ${address} was refused`);
  client.register();
  await client.untilEvent("activate");
  return client;
}

/** Draws a picture and waits for its acknowledgement. */
export async function draw(
  client: TestClient,
  stream: number,
  width = 1,
  height = 1,
): Promise<void> {
  const length = width * height * 4;
  const size = { surfaceWidth: width, surfaceHeight: height, width, height };
  client.session.send({ ...ONE_PIXEL, ...size, stream, length, expandedLength: length });
  client.session.sendData("video", 0, VIDEO_DATA_STREAM_ID, new Uint8Array(length));
  const isDone = () => client.events.some(isPing);
  while (!isDone()) {
    if (!await client.read()) throw new Error("the client was ended");
  }
  client.events.length = 0;
  function isPing(event: TestClient["events"][number]): boolean {
    return event.type === "control" && event.control.command === "ping" &&
      event.control.stream === stream;
  }
}

/** Waits until a time of `performance.now()`. */
export async function untilTime(ms: number): Promise<void> {
  const left = ms - performance.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
}

/** Runs a task that often a second; each begins at its time, whether others are done or not. */
export async function atRate(
  count: number,
  perSecond: number,
  task: (index: number) => Promise<void>,
): Promise<void> {
  const began = performance.now();
  const running: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    await untilTime(began + index * 1_000 / perSecond);
    running.push(task(index));
  }
  await Promise.all(running);
}

/** How long a task takes, in milliseconds. */
export async function timeOf(task: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await task();
  return performance.now() - began;
}
