/**
 * Finds the parts of an access unit: NAL units behind start codes. Source: ITU-T H.264, annex B and
 * 7.3.1.
 *
 * @module
 */

const START_CODE_BYTES = 3;

/** The type of a NAL unit that describes the pictures behind it. */
export const NAL_SEQUENCE_PARAMETERS = 7;

/**
 * NAL units without a part of a picture: supplemental information (6), parameters (7, 8, 13, 15),
 * delimiters (9 to 11), filling (12).
 */
const WITHOUT_PICTURE: readonly number[] = [6, NAL_SEQUENCE_PARAMETERS, 8, 9, 10, 11, 12, 13, 15];

/**
 * Calls back for each NAL unit.
 *
 * @param unit An access unit; what stands before its first start code is skipped.
 * @param visit Gets the type of the NAL unit and a view of it, with its head and without the zeros
 * behind it.
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

/**
 * Whether a unit begins like one of Annex B and all its NAL units are such as come before a picture.
 *
 * @param unit An access unit.
 */
export function isWithoutPicture(unit: Uint8Array): boolean {
  if (!startsWithStartCode(unit)) return false;
  for (let start = nextStart(unit, 0); start >= 0; start = nextStart(unit, start)) {
    if (start < unit.length && !WITHOUT_PICTURE.includes(unit[start]! & 0x1f)) return false;
  }
  return true;
}

/**
 * Whether a unit holds a NAL unit that begins a stream.
 *
 * @param unit An access unit.
 */
export function hasSequenceParameters(unit: Uint8Array): boolean {
  let found = false;
  visitNalUnits(unit, (type) => found ||= type === NAL_SEQUENCE_PARAMETERS);
  return found;
}

/** Whether the first bytes are a start code. @param unit An access unit. */
export function startsWithStartCode(unit: Uint8Array): boolean {
  const start = nextStart(unit.subarray(0, START_CODE_BYTES + 1), 0);
  return start >= 0 && unit[0] === 0;
}

/** Where the bytes behind the next start code begin, or -1. */
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
 * Takes out the bytes that keep the content from looking like a start code.
 *
 * @param nal A NAL unit.
 * @param limitBytes No more than so many bytes are looked at.
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
