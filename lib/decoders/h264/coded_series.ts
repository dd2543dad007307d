/**
 * The access units of one segment since its last key picture, so that viewers that come later can
 * decode what is shown. Nothing here decodes.
 *
 * @module
 */

import { concat } from "../../bytes/concat.ts";
import { MAX_SERIES_BYTES, MAX_SERIES_UNITS } from "../../limits.ts";
import type { MemoryBudget } from "../memory_budget.ts";
import type { AccessUnit } from "./access_units.ts";
import { NAL_PICTURE_PARAMETERS, NAL_SEQUENCE_PARAMETERS, visitNalUnits } from "./nal.ts";

const NAL_KEY_PICTURE = 5;
const START_CODE = Uint8Array.of(0, 0, 0, 1);

/** An access unit as viewers get it. */
export interface CodedUnit extends AccessUnit {
  /** Whether it can be decoded without others. */
  readonly isKey: boolean;
  /** Whether the picture is to be turned upside down. */
  readonly bottomUp: boolean;
}

/** What was found in a unit. */
interface Contents {
  readonly isKey: boolean;
  /** Its parameter sets with start codes; empty without a sequence parameter set. */
  readonly parameters: readonly Uint8Array[];
}

export class CodedSeries {
  readonly #budget: MemoryBudget;
  #units: CodedUnit[] = [];
  #bytes = 0;
  /** How many units before those that are kept were dropped. */
  #dropped = 0;
  #number = 0;
  #parameters: readonly Uint8Array[] = [];
  /** Called for each unit, once it is kept. */
  onUnit: (() => void) | undefined;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /** Changes with each key picture. */
  get number(): number {
    return this.#number;
  }

  /** How many units there were since the key picture, that one included. */
  get length(): number {
    return this.#dropped + this.#units.length;
  }

  /** Whether the key picture is kept, so that a decoder can begin. */
  get canBegin(): boolean {
    return this.#units.length > 0 && this.#dropped === 0;
  }

  /** The unit at a place, counted from the key picture; `undefined` when it is not kept. */
  at(index: number): CodedUnit | undefined {
    return this.#units[index - this.#dropped];
  }

  /** Keeps a copy of a unit. */
  add(unit: AccessUnit, bottomUp: boolean): void {
    const { isKey, parameters } = contentsOf(unit.data);
    if (parameters.length > 0) this.#parameters = parameters;
    if (isKey) this.#begin();
    // Units before the first key picture cannot be decoded.
    if (this.#number === 0) return;
    const needsParameters = isKey && parameters.length === 0;
    const data = concat([...(needsParameters ? this.#parameters : []), unit.data]);
    this.#keep({ ...unit, data, isKey, bottomUp });
    this.onUnit?.();
  }

  /** Forgets all units: something else is shown, or the segment has ended. */
  clear(): void {
    if (this.#number === 0) return;
    this.#drop(this.#units.length);
    this.#dropped = this.#number = 0;
  }

  #begin(): void {
    this.#drop(this.#units.length);
    this.#dropped = 0;
    lastNumber++;
    this.#number = lastNumber;
  }

  #keep(unit: CodedUnit): void {
    const { length } = unit.data;
    while (
      this.#units.length >= MAX_SERIES_UNITS ||
      (this.#units.length > 0 && this.#bytes + length > MAX_SERIES_BYTES)
    ) this.#drop(1);
    try {
      this.#budget.reserve(length);
    } catch {
      // Viewers wait for the next key picture.
      this.#drop(this.#units.length);
      this.#dropped++;
      return;
    }
    this.#bytes += length;
    this.#units.push(unit);
  }

  #drop(count: number): void {
    for (const { data } of this.#units.splice(0, count)) {
      this.#budget.release(data.length);
      this.#bytes -= data.length;
    }
    this.#dropped += count;
  }
}

/** Numbers of series are never used twice, so that one that has ended is not taken for another. */
let lastNumber = 0;

function contentsOf(unit: Uint8Array): Contents {
  let isKey = false;
  let hasSequence = false;
  const parameters: Uint8Array[] = [];
  visitNalUnits(unit, (type, nal) => {
    if (type === NAL_KEY_PICTURE) isKey = true;
    if (type === NAL_SEQUENCE_PARAMETERS) hasSequence = true;
    if (type === NAL_SEQUENCE_PARAMETERS || type === NAL_PICTURE_PARAMETERS) {
      parameters.push(START_CODE, nal.slice());
    }
  });
  return { isKey, parameters: hasSequence ? parameters : [] };
}
