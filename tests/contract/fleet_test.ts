import { Bucket } from "../../lib/fleet/bucket.ts";
import { FleetConnection } from "../../lib/fleet/connection.ts";
import { fileOf, KEY_PREFIX } from "../../lib/fleet/keystore/entry.ts";
import { FleetLink } from "../../lib/fleet/link.ts";
import { MAX_KEY_FILE_BYTES } from "../../lib/limits.ts";
import { TestFleet, withNats } from "../support/fleet.ts";
import { NEEDS_NATS } from "../support/nats.ts";
import { keyStorageContract } from "./keystore.ts";

keyStorageContract("fleet", (run) =>
  withNats(async (server, directory) => {
    const fleet = await TestFleet.make(server, directory);
    await run({
      open: (options = {}) => fleet.open(options),
      async overwrite(publicKey, text) {
        await using link = new FleetLink(await FleetConnection.open(fleet.options, "test"));
        const { keys } = link.connection.names.buckets;
        const { kv } = await Bucket.open(link, keys, MAX_KEY_FILE_BYTES);
        // The servers take no longer ones.
        await kv.put(KEY_PREFIX + fileOf(publicKey), text.slice(0, MAX_KEY_FILE_BYTES - 500));
      },
    });
  }), NEEDS_NATS.ignore);
