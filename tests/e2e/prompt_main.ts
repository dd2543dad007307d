/** Asks for a secret as `--ask-secret` does and prints it, for prompt_test.ts. */
import { readSecret } from "../../lib/cli/secret.ts";
import { processIo } from "../../lib/cli/io.ts";

console.log(JSON.stringify(await readSecret({ askSecret: true }, "SECRET", processIo)));
