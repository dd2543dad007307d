import assert from "node:assert/strict";
import { KeyAdmission } from "../../../lib/net/key_admission.ts";
import { KeyClients } from "../../../lib/net/key_clients.ts";
import { CurrentLimits } from "../../../lib/net/listen_limits.ts";
import type { EnrolmentPlaces, KeyAuthority } from "../../../lib/net/authority.ts";
import { AdmissionDesk } from "../../../lib/workers/admission_desk.ts";
import { OwnerSlots } from "../../../lib/workers/shared_memory.ts";
import { SERVER_KEY } from "../../support/pair.ts";

const PLACES: EnrolmentPlaces = { name: "demo", secret: new Uint8Array(3), count: 0 };
const MAX_CLIENTS = 4;
const ADDRESS = "192.0.2.1";
const RAW = new Uint8Array(32).fill(9);

/** The desks of two workers. */
function makeDesks(): [AdmissionDesk, AdmissionDesk] {
  const authority: KeyAuthority = {
    identity: () => SERVER_KEY,
    accepts: () => ({ accepted: true }),
    enrolment: () => assert.fail("no key is unknown"),
  };
  const limits = new CurrentLimits({ maxClients: MAX_CLIENTS });
  const admission = new KeyAdmission(authority, limits, new KeyClients());
  const slots = new OwnerSlots();
  const make = () => new AdmissionDesk(admission, () => RAW, slots);
  return [make(), make()];
}

function key(number: number): Uint8Array {
  return new Uint8Array(32).fill(number);
}

async function enter(desk: AdmissionDesk, id: number, publicKey: Uint8Array): Promise<number> {
  const { identity } = await desk.admit(id, publicKey, ADDRESS, PLACES);
  assert.equal(identity, RAW);
  return await desk.arrive(id);
}

Deno.test({
  name: "the clients of a key are counted over all workers, until they leave or their worker ends",
  permissions: "none",
  fn: async () => {
    const [one, two] = makeDesks();
    assert.equal(await enter(one, 1, key(1)), 1);
    assert.equal(await enter(two, 1, key(1)), 1);
    await assert.rejects(enter(two, 2, key(1)), { code: "too-many-connections" });
    two.leave(2);
    assert.equal(await enter(two, 3, key(2)), 2);
    assert.deepEqual([one.clientCount, two.clientCount], [1, 2]);
    one.close();
    assert.equal(one.clientCount, 0);
    assert.equal(await enter(two, 4, key(3)), 3);
  },
});

Deno.test({
  name: "a connection that leaves during its login, or whose worker ends meanwhile, holds nothing",
  permissions: "none",
  fn: async () => {
    const [one, two] = makeDesks();
    await one.admit(1, key(1), ADDRESS, PLACES);
    one.leave(1);
    await assert.rejects(one.arrive(1), { code: "wrong-state" });
    const admitted = two.admit(1, key(1), ADDRESS, PLACES);
    two.close();
    await assert.rejects(admitted, { code: "wrong-state" });
    for (let id = 2; id <= 3; id++) await enter(one, id, key(2));
    assert.equal(one.hadClients, true);
    assert.equal(two.hadClients, false);
  },
});
