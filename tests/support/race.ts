import { Bench } from "./listen.ts";
import { freshKey, type TestClient } from "./clients.ts";

export interface RaceResult {
  /** How many clients were let in. */
  readonly admitted: number;
  readonly onDisk: number;
  /** Whether the keys on disk are those of the clients that were let in. */
  readonly areSame: boolean;
  /** How many clients were refused with `no-slot-left`. */
  readonly refused: number;
}

/**
 * Lets clients with unknown keys race for the places of one listener.
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

/** Runs a client until it gets ACTIVATE or is refused. */
async function run(racer: TestClient): Promise<void> {
  if (!await racer.login()) return;
  racer.register();
  const mayDraw = () =>
    racer.events.some((event) => event.type === "event" && event.event.kind === "activate");
  while (!mayDraw() && await racer.read());
}
