/** Runs all rules, several at a time, on as few processes as there are sets of options. */

import type { RawClient } from "../support/clients.ts";
import { check, logInOther } from "./check.ts";
import { makeKeys, RulesListener } from "./listener.ts";
import type { ListenerName, Rule } from "./rule.ts";
import { LISTENERS } from "./rule.ts";

/** Cases that run at the same time. */
const LANES = 6;

/** What came of a rule; `problem` is absent when it holds. */
export interface Result {
  readonly rule: Rule;
  readonly problem?: string;
}

/**
 * @param flags Further ones of `listen`.
 * @returns The results in the order of the rules.
 */
export async function runRules(
  table: readonly Rule[],
  flags: readonly string[] = [],
): Promise<Result[]> {
  const problems = new Map<Rule, string>();
  for (const name of Object.keys(LISTENERS) as ListenerName[]) {
    const own = table.filter((rule) => (rule.listener ?? "open") === name);
    if (own.length > 0) await runOn(name, own, flags, problems);
  }
  return table.map((rule) => {
    const problem = problems.get(rule);
    return problem === undefined ? { rule } : { rule, problem };
  });
}

async function runOn(
  name: ListenerName,
  table: readonly Rule[],
  flags: readonly string[],
  problems: Map<Rule, string>,
): Promise<void> {
  const keys = makeKeys();
  await using listener = await RulesListener.start(name, keys, flags);
  const secret = name === "secret" ? "open sesame" : undefined;
  const waiting = [...table];
  const lane = async () => {
    using other: RawClient = await logInOther(listener, keys.accepted, secret);
    for (let rule = waiting.shift(); rule !== undefined; rule = waiting.shift()) {
      try {
        await check(rule, listener, keys, other);
      } catch (error) {
        problems.set(rule, error instanceof Error ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, table.length) }, lane));
}
