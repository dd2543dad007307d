import assert from "node:assert/strict";
import { Command } from "commander";
import { Keystore } from "../../../../keystore/mod.ts";
import { addListenOptions, type ListenFlags } from "../../../../lib/cli/listen_options.ts";
import { prepare } from "../../../../lib/cli/serving.ts";
import { LogTail } from "../../../../lib/control/start.ts";
import { silentLogger } from "../../../../lib/mod.ts";
import { Changes } from "../../../support/changes.ts";
import { keptIo } from "../../../support/cli_io.ts";
import { freshKey } from "../../../support/clients.ts";
import { inDirectory } from "../../../support/directory.ts";
import { TestSource } from "../../../support/listening.ts";

Deno.test("with --fleet workers give the records of the first client, before they are asked for them", () =>
  inDirectory(async (directory) => {
    const keystore = await Keystore.open(directory);
    const key = freshKey();
    await keystore.add(["demo"], key.publicKey);
    const flags = addListenOptions(new Command())
      .parse(["--workers", "2", "--fleet", "nats://127.0.0.1"], { from: "user" })
      .opts<ListenFlags>();
    const { handlers, listen } = await prepare(flags, keptIo(), new LogTail(silentLogger, "info"));
    const place = { hostname: "127.0.0.1", port: 0, addresses: undefined };
    using served = await listen({
      name: "demo",
      place,
      limits: {},
      keystore,
      secret: undefined,
    });
    const { listener } = served;
    const kinds: string[] = [];
    const changes = new Changes();
    served.threads({
      isWatched: true,
      publish({ kind }) {
        kinds.push(kind);
        changes.notify();
      },
      lose: (count) => assert.fail(`${count} records were lost`),
    });
    const [address] = listener.addresses;
    const client = await TestSource.connect(address!.port, key, "first", "tui");
    await changes.until(() => kinds.includes("preroll"), () => `preroll in ${kinds}`);
    assert.deepEqual(kinds.slice(0, 2), ["segment_request", "registered"]);
    listener.close();
    listener.closeClients();
    await client.close();
    await listener.finished();
    await handlers.close();
  }));
