import { testRows } from "../support/proof_row.ts";
import { FAULT_ROWS } from "./rows.ts";

testRows(FAULT_ROWS);
