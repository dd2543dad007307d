/**
 * A process that changes a keystore and is killed while it does, for killed_writer.ts.
 *
 * Arguments: the root, and either the number of the file operation before which the process kills
 * itself, or `loop SEED` to enrol keys until the test kills it. Of a write, the first half is done. The
 * process prints a line for each finished change, and at the end the number of its operations.
 */
import { EnrolmentSlots, formatKey, Keystore } from "../../keystore/mod.ts";
import { places, testKey } from "../support/keystore.ts";

const [root, mode, seed] = Deno.args;
if (root === undefined) throw new Error("usage: keystore_writer.ts ROOT NUMBER | ROOT loop SEED");
const killAt = mode === "loop" ? Infinity : Number(mode);
let operations = 0;

function dieIfDue(): void {
  operations++;
  if (operations === killAt) Deno.kill(Deno.pid, "SIGKILL");
}

/** Counts each call of a method as an operation. */
// deno-lint-ignore no-explicit-any -- passes any method through
function countCalls(owner: any, name: string): void {
  const real = owner[name];
  // deno-lint-ignore no-explicit-any -- passes any method through
  owner[name] = function (this: any, ...args: unknown[]) {
    if (name === "write" && operations + 1 === killAt) {
      const bytes = args[0] as Uint8Array;
      this.writeSync(bytes.subarray(0, bytes.length / 2));
    }
    dieIfDue();
    return real.apply(this, args);
  };
}

for (const name of ["mkdirSync", "open", "link", "rename", "remove"]) countCalls(Deno, name);
for (const name of ["tryLock", "write", "sync", "close"]) {
  countCalls(Deno.FsFile.prototype, name);
}

function done(what: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${what}\n`));
}

const keystore = await Keystore.open(root);
done("open");

if (mode === "loop") {
  const slots = new EnrolmentSlots(keystore, places(`demo${seed}`, 1_000_000));
  for (let i = 0;; i++) {
    const key = testKey(Number(seed) * 1_000_000 + i);
    await slots.reserve(key)!.commit();
    done(`key ${formatKey(key)}`);
  }
}

const slots = new EnrolmentSlots(keystore, places("demo", 2));
await slots.reserve(testKey(1))!.commit();
done("first key");
await keystore.add(["other"], testKey(1));
done("second tag");
await keystore.addHost("work", "first.example");
done("first host");
await keystore.addHost("work", "second.example");
done("second host");
await slots.reserve(testKey(2))!.commit();
done("second key");
await keystore.add(["demo"], testKey(4), { comment: "a guest", expiresMs: 4e12, maxClients: 1 });
done("conditions");
await keystore.set(formatKey(testKey(4)), { maxClients: 2, comment: undefined });
done("other conditions");
const notes = keystore.notes.open();
notes.knock(testKey(5), "demo", "192.0.2.5");
notes.knock(testKey(6), "demo", "192.0.2.6");
notes.login(testKey(4), "192.0.2.4");
await notes.close();
done("notes");
await keystore.acceptKnock(formatKey(testKey(5)), ["demo"], { maxClients: 3 });
done("acceptance");
await keystore.remove(formatKey(testKey(1)), { endSessions: true });
done("removal");
done(`operations ${operations}`);
