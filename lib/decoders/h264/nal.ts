/**
 * The NAL units of an access unit, each behind a start code. Source: ITU-T H.264, annex B and 7.3.1.
 *
 * @module
 */

const START_CODE_BYTES = 3;

/** The type of a sequence parameter set, which describes the pictures behind it. */
export const NAL_SEQUENCE_PARAMETERS = 7;
/** The type of a picture parameter set, which names a sequence parameter set. */
export const NAL_PICTURE_PARAMETERS = 8;

/**
 * Types without a part of a picture: supplemental information (6), parameters (7, 8, 13, 15),
 * delimiters (9 to 11), filler (12).
 */
const WITHOUT_PICTURE: readonly number[] = [6, NAL_SEQUENCE_PARAMETERS, 8, 9, 10, 11, 12, 13, 15];

/**
 * Visits the NAL units.
 *
 * @param unit Bytes before the first start code are skipped.
 * @param visit Gets the type and a view with the head and without trailing zeros.
 */
export function visitNalUnits(
  unit: Uint8Array,
  visit: (type: number, nal: Uint8Array) => void,
): void {
  for (let start = nextStart(unit, 0); start >= 0;) {
    const next = nextStart(unit, start);
    let end = next < 0 ? unit.length : next - START_CODE_BYTES;
    while (end > start && unit[end - 1] === 0) end--;
    if (end > start) visit(unit[start]! & 0x1f, unit.subarray(start, end));
    start = next;
  }
}

/** Whether a unit begins with a start code and no NAL unit is part of a picture. */
export function isWithoutPicture(unit: Uint8Array): boolean {
  if (!startsWithStartCode(unit)) return false;
  for (let start = nextStart(unit, 0); start >= 0; start = nextStart(unit, start)) {
    if (start < unit.length && !WITHOUT_PICTURE.includes(unit[start]! & 0x1f)) return false;
  }
  return true;
}

export function hasSequenceParameters(unit: Uint8Array): boolean {
  let found = false;
  visitNalUnits(unit, (type) => found ||= type === NAL_SEQUENCE_PARAMETERS);
  return found;
}

export function startsWithStartCode(unit: Uint8Array): boolean {
  const start = nextStart(unit.subarray(0, START_CODE_BYTES + 1), 0);
  return start >= 0 && unit[0] === 0;
}

/** @returns The offset behind the next start code, or -1. */
function nextStart(unit: Uint8Array, from: number): number {
  const last = unit.length - START_CODE_BYTES;
  for (let at = from; at <= last;) {
    const third = unit[at + 2]!;
    if (third > 1) at += 3;
    else if (third === 1 && unit[at] === 0 && unit[at + 1] === 0) return at + START_CODE_BYTES;
    else at++;
  }
  return -1;
}

/**
 * Removes the bytes that prevent a start code within the content.
 *
 * @param limitBytes The most bytes of the NAL unit to read.
 * @returns The content behind the head.
 */
export function nalContent(nal: Uint8Array, limitBytes: number): Uint8Array<ArrayBuffer> {
  const end = Math.min(nal.length, limitBytes);
  const content = new Uint8Array(end);
  let length = 0;
  let zeros = 0;
  for (let at = 1; at < end; at++) {
    const byte = nal[at]!;
    const isInserted = zeros >= 2 && byte === 3;
    zeros = byte === 0 ? zeros + 1 : 0;
    if (!isInserted) content[length++] = byte;
  }
  return content.subarray(0, length);
}
