/**
 * `deno task faults`: what goes wrong around a listener, one row for each kind of fault.
 *
 * An argument selects the rows whose text contains it.
 *
 * @module
 */

import { printRows } from "../support/proof_row.ts";
import { FAULT_ROWS } from "./rows.ts";

Deno.exit(await printRows(FAULT_ROWS, Deno.args[0]) === 0 ? 0 : 1);
