import assert from "node:assert/strict";
import { MAX_WEB_FAILURES } from "../../../lib/limits.ts";
import { FailureLog } from "../../../lib/web/failure_log.ts";
import { LogBook } from "../../support/log_book.ts";

Deno.test(
  "defects of the page are logged once each, and only so many",
  { permissions: "none" },
  () => {
    const log = new LogBook();
    const failures = new FailureLog(log);
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 2 * MAX_WEB_FAILURES; i++) failures.add(new RangeError(`number ${i}`));
    }
    assert.equal(log.of("web-failed").length, MAX_WEB_FAILURES);
    assert.match(String(log.lines[0]!.fields["stack"]), /number 0/);
  },
);
