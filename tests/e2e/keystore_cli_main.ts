/** The keystore command as a program of its own, for keystore_cli_test.ts. */
import { Command } from "commander";
import { keystoreCommand } from "../../lib/cli/keystore.ts";
import { runCli } from "../../lib/cli/support.ts";

Deno.exit(await runCli(new Command("net-listen").addCommand(keystoreCommand()), Deno.args));
