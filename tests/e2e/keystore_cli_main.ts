/** The keystore command as a program, for keystore_cli_test.ts and keystore_pipe_test.ts. */
import { Command } from "commander";
import { keystoreCommand } from "../../lib/cli/keystore.ts";
import { runMain } from "../../lib/cli/program.ts";

await runMain(() => Promise.resolve(new Command("net-listen").addCommand(keystoreCommand())));
