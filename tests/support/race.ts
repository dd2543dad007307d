import { Bench } from "./listen.ts";
import { freshKey, type TestClient } from "./clients.ts";

/** How a race for places ended. */
export interface RaceResult {
  /** How many clients were handed over. */
  readonly admitted: number;
  /** How many keys are on disk. */
  readonly onDisk: number;
  /** Whether those on disk are those that were handed over. */
  readonly areSame: boolean;
  /** How many were refused for want of a place. */
  readonly refused: number;
}

/**
 * Has clients with unknown keys race for the places of one listener, all at once.
 *
 * @param clients How many clients.
 * @param places How many places.
 */
export async function race(clients: number, places: number): Promise<RaceResult> {
  await using bench = await Bench.start({ secret: `${places}:race` });
  const racers = await Promise.all(
    Array.from({ length: clients }, () => bench.connect({ key: freshKey(), secret: "race" })),
  );
  await Promise.all(racers.map(run));
  const admitted = racers.filter(({ session }) => session.state === "established");
  const entries = bench.keystore.list("demo").map(({ publicKey }) => publicKey.toHex());
  const result = {
    admitted: admitted.length,
    onDisk: [...Deno.readDirSync(`${bench.keystore.root}/accepted`)].length,
    areSame: admitted.length === entries.length &&
      admitted.every(({ key }) => entries.includes(key.publicKey.toHex())),
    refused: bench.log.lines.filter(({ fields }) => fields["reason"] === "no-slot-left").length,
  };
  for (const racer of racers) racer.close();
  return result;
}

/** Runs until the client is told that it may draw, or is turned away. */
async function run(racer: TestClient): Promise<void> {
  if (!await racer.login()) return;
  racer.register();
  const mayDraw = () =>
    racer.events.some((event) => event.type === "event" && event.event.kind === "activate");
  while (!mayDraw() && await racer.read());
}
