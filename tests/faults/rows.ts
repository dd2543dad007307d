import type { ProofRow } from "../support/proof_row.ts";
import { cuts } from "./cuts.ts";
import { outOfDescriptors } from "./descriptors.ts";
import { fullDisk } from "./full_disk.ts";
import { brokenHandlers } from "./handlers.ts";
import { hangups } from "./hangups.ts";
import { damagedKeystore } from "./keystore.ts";
import { killedAtEachOperation, twoKilledWriters } from "./killed_writer.ts";
import { kills } from "./kills.ts";

/** What may go wrong around a listener, and must not end it. */
export const FAULT_ROWS: readonly ProofRow[] = [
  { name: "a connection that ends or is reset at any byte hurts nobody", run: cuts },
  { name: "strangers that take every file descriptor keep no client out", run: outOfDescriptors },
  { name: "a full disk ends recordings, and no client", run: fullDisk },
  { name: "a damaged keystore ends no client and lets no stranger in", run: damagedKeystore },
  { name: "SIGHUP may come as often as it likes", run: hangups },
  { name: "a broken handler hurts its own client alone", run: brokenHandlers },
  { name: "kill -9 of a listener leaves nothing half written", run: kills },
  {
    name: "a writer killed before any one of its file operations leaves a usable store",
    run: killedAtEachOperation,
  },
  { name: "two writers killed while they enrol keys leave no broken key", run: twoKilledWriters },
];
