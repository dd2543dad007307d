import { NEEDS_HAPROXY } from "../support/haproxy.ts";
import { NEEDS_NATS } from "../support/nats.ts";
import { Rig } from "./rig.ts";
import { FLEET_ROWS, SHORT } from "./rows.ts";

Deno.test({
  name: `a fleet bears what goes wrong around it${NEEDS_HAPROXY.why}`,
  ignore: NEEDS_NATS.ignore || NEEDS_HAPROXY.ignore,
  async fn(test) {
    await using stack = new AsyncDisposableStack();
    const rig = await Rig.start(SHORT, stack);
    for (const { name, demand, isInTests, run } of FLEET_ROWS) {
      await test.step({
        name: `${name}: ${demand}`,
        ignore: !isInTests,
        fn: async () => void await run(rig),
      });
    }
  },
});
