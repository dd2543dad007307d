/**
 * Blanks out what is no code.
 *
 * @module
 */

/** Behind these a slash begins a regular expression. */
const BEFORE_REGEXP = /(?:^|[(,=:[!&|?{};+*%<>~^-]|\breturn|\bcase|\btypeof)\s*$/;

/**
 * Replaces comments, texts and regular expressions by blanks, so that words in them are not found.
 * Code within a template is blanked out with it.
 *
 * @param source TypeScript.
 * @returns As many lines as before.
 */
export function stripSource(source: string): string {
  let code = "";
  for (let at = 0; at < source.length;) {
    const end = endOfNoCode(source, at, code);
    if (end === undefined) code += source[at++];
    else {
      code += source.slice(at, end).replace(/[^\n]/g, " ");
      at = end;
    }
  }
  return code;
}

/** Where the comment, text or expression ends that begins here, if one does. */
function endOfNoCode(source: string, at: number, before: string): number | undefined {
  if (source.startsWith("//", at)) return until(source, "\n", at);
  if (source.startsWith("/*", at)) return until(source, "*/", at + 2) + 2;
  switch (source[at]) {
    case '"':
    case "'":
    case "`":
      return endOfQuoted(source, at + 1, source[at]!);
    case "/":
      return BEFORE_REGEXP.test(before.slice(-40)) ? endOfRegExp(source, at + 1) : undefined;
    default:
      return undefined;
  }
}

function until(source: string, mark: string, from: number): number {
  const at = source.indexOf(mark, from);
  return at < 0 ? source.length : at;
}

function endOfQuoted(source: string, from: number, quote: string): number {
  let at = from;
  while (at < source.length && source[at] !== quote) at += source[at] === "\\" ? 2 : 1;
  return at + 1;
}

function endOfRegExp(source: string, from: number): number {
  let inClass = false;
  let at = from;
  for (; at < source.length && (inClass || source[at] !== "/"); at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === "[") inClass = true;
    else if (source[at] === "]") inClass = false;
  }
  return at + 1;
}
