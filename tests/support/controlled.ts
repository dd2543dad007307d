import type { Controlled } from "../../lib/control/operations.ts";

/** Everything that can be asked, refused unless a test says what comes of it. */
export function controlledBy(operations: Partial<Controlled>): Controlled {
  const refuse = () => {
    throw new Error("the test has nothing for this");
  };
  return new Proxy(operations, {
    get: (of, name) => of[name as keyof Controlled] ?? refuse,
  }) as Controlled;
}
