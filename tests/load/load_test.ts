import { testRows } from "../support/proof_row.ts";
import { LOAD_ROWS } from "./rows.ts";

testRows(LOAD_ROWS);
