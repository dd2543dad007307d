/**
 * All listeners of a fleet, for the commands that `ctl` has for one.
 *
 * @module
 */

import type { Reach } from "./ctl_reach.ts";
import { withFleet } from "./fleet_connect.ts";
import { reportSilence } from "./fleet_list.ts";
import type { CliIo } from "./io.ts";

export function fleetReach(io: CliIo): Reach {
  return {
    clientArgument:
      'HOST/NUMBER as in "fleet list --ids", or the first digits of its key\'s fingerprint',
    run: (command, action) =>
      withFleet(command, io, async ({ caller }) => {
        const { WholeFleet } = await import("../fleet/mod.ts");
        const { json = false } = command.optsWithGlobals<{ json?: boolean }>();
        await action({
          client: new WholeFleet(caller, (silent) => reportSilence(silent, io)),
          json,
        });
      }),
  };
}
