/**
 * Divides long texts.
 *
 * @module
 */

/**
 * The parts of a text; no character is divided.
 *
 * @param most UTF-16 units of a part, at least 2.
 */
export function* partsOf(text: string, most: number): Generator<string> {
  for (let at = 0; at < text.length;) {
    const isDivided = (text.codePointAt(at + most - 1) ?? 0) > 0xffff;
    const end = at + most - (isDivided ? 1 : 0);
    yield text.slice(at, end);
    at = end;
  }
}
