/**
 * A process that changes a keystore and is killed on the way, for keystore_kill_test.ts.
 *
 * Arguments: the root, and either the number of the file operation before which it kills itself (a
 * write is torn: its first half happens), or `loop SEED` to enrol keys until somebody kills it.
 * It prints what it has finished, one line each, and at the end how many operations there were.
 */
import { EnrolmentSlots, formatKey, Keystore } from "../../keystore/mod.ts";
import { places, testKey } from "../support/keystore.ts";

const [root, mode, seed] = Deno.args as [string, string, string?];
const killAt = mode === "loop" ? Infinity : Number(mode);
let operations = 0;

function dieIfDue(): void {
  operations++;
  if (operations === killAt) Deno.kill(Deno.pid, "SIGKILL");
}

/** Makes every call of a method a point at which the process may be killed. */
// deno-lint-ignore no-explicit-any -- the methods are called as they came
function mayDieBefore(owner: any, name: string): void {
  const real = owner[name];
  // deno-lint-ignore no-explicit-any -- the methods are called as they came
  owner[name] = function (this: any, ...args: unknown[]) {
    if (name === "write" && operations + 1 === killAt) {
      const bytes = args[0] as Uint8Array;
      this.writeSync(bytes.subarray(0, bytes.length / 2));
    }
    dieIfDue();
    return real.apply(this, args);
  };
}

for (const name of ["mkdirSync", "open", "link", "rename", "remove"]) mayDieBefore(Deno, name);
for (const name of ["tryLock", "write", "sync", "close"]) {
  mayDieBefore(Deno.FsFile.prototype, name);
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
await keystore.remove(formatKey(testKey(1)));
done("removal");
done(`operations ${operations}`);
