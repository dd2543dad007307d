/**
 * `deno task load`: what a listener bears, one row for each kind of load, then clients that draw.
 *
 * An argument selects the rows whose text contains it; `drawing` alone is the tables at the end.
 *
 * @module
 */

import { printRows } from "../support/proof_row.ts";
import { LOAD_ROWS } from "./rows.ts";

const [wanted = ""] = Deno.args;
const failures = await printRows(LOAD_ROWS, wanted);
if (wanted === "" || wanted === "drawing") await import("./drawing.ts");
Deno.exit(failures === 0 ? 0 : 1);
