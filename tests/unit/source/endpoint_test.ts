import assert from "node:assert/strict";
import { isProbeAnswer, PROBE } from "../../../lib/net/lifetime.ts";
import type { SessionEvent } from "../../../lib/session/events.ts";
import type { Session } from "../../../lib/session/session.ts";
import { SourceEndpoint } from "../../../lib/source/endpoint.ts";
import type { Control, ControlInput } from "../../../lib/wire/control.ts";

Deno.test({
  name: "transfers are refused, and the program hears of none on a channel that is not open",
  permissions: "none",
  fn() {
    const sent: ControlInput[] = [];
    const session = { send: (control: ControlInput) => void sent.push(control) };
    const endpoint = new SourceEndpoint(session as unknown as Session, 1);
    const take = (control: ControlInput) =>
      endpoint.take({ type: "control", control } as unknown as SessionEvent);
    assert.equal(take(PROBE), undefined);
    assert.ok(isProbeAnswer(sent[0] as unknown as Control));
    const offer = { ...PROBE, channel: 0, stream: 1 };
    assert.deepEqual(take(offer), { type: "control", control: offer });
    assert.equal(sent.length, 2);
  },
});
