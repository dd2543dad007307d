/**
 * Checks that every deliberate difference from the reference names a test that there is:
 * `deno run -A tests/tools/check_deviations.ts`.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);
const MARK = "DEVIATION:";
/** What of a title is fixed must be longer, or it would match everything. */
const LEAST_FIXED = 8;

/** A difference from the reference. */
export interface Deviation {
  /** File and line. */
  readonly where: string;
  /** The comment, in one line. */
  readonly text: string;
}

/**
 * Finds the differences that a file declares.
 *
 * @param file Its name.
 * @param source Its content.
 */
export function findDeviations(file: string, source: string): Deviation[] {
  const lines = source.split("\n");
  return lines.flatMap((line, i) => {
    if (!line.includes(MARK)) return [];
    const rest = lines.slice(i).map((each) => /^\s*(?:\*|\/\/)(?!\/)\s?(.*)$/.exec(each)?.[1]);
    const end = rest.findIndex((each) => each === undefined || each === "/" || each.trim() === "");
    const text = rest.slice(0, end < 0 ? rest.length : end).join(" ").replace(/\s+/g, " ");
    return [{ where: `${file}:${i + 1}`, text }];
  });
}

/** The fixed parts of a title; between them is what is filled in. */
export type Title = readonly string[];

/**
 * Finds what the titles of the tests of a file may be.
 *
 * @param source A file of tests.
 * @returns All texts in it.
 */
export function findTitles(source: string): Title[] {
  const texts = source.matchAll(/"((?:[^"\\\n]|\\.)+)"|`((?:[^`\\]|\\.)+)`/g);
  return [...texts].map(([, plain, template]) => (plain ?? template!).split(/\$\{[^}]*\}/));
}

/**
 * Whether a title begins with a name.
 *
 * @param name The name.
 * @param title The title; what is filled in may be anything.
 */
export function beginsWith(title: Title, name: string): boolean {
  return matches(name, title, 0, 0);
}

/** Whether a file has a test whose title begins with a name, or is put together from two texts. */
function hasTest(titles: readonly Title[], name: string): boolean {
  const isText = (text: string) => titles.some((title) => title.length === 1 && title[0] === text);
  return titles.some((title) =>
    beginsWith(title, name) ||
    title.length > 1 && title[0] !== "" && name.startsWith(title[0]!) &&
      isText(name.slice(title[0]!.length))
  );
}

function matches(rest: string, title: Title, index: number, fixed: number): boolean {
  const part = title[index]!;
  if (part.startsWith(rest)) return fixed + rest.length >= LEAST_FIXED;
  if (!rest.startsWith(part) || index + 1 === title.length) return false;
  for (let at = part.length; at <= rest.length; at++) {
    if (matches(rest.slice(at), title, index + 1, fixed + part.length)) return true;
  }
  return false;
}

/**
 * Says what is wrong with a deviation.
 *
 * @param deviation The deviation.
 * @param files What tests may be called, file by file.
 * @returns One line, or `undefined` when it names a test that there is.
 */
export function checkDeviation(
  { where, text }: Deviation,
  files: readonly (readonly Title[])[],
): string | undefined {
  const names = [...text.matchAll(/"([^"]+)"/g)].map(([, name]) => name!);
  if (names.length === 0) return `${where}: names no test: ${text}`;
  const isThere = (name: string) => files.some((titles) => hasTest(titles, name));
  return names.some(isThere) ? undefined : `${where}: there is no test ${names.join(" or ")}`;
}

function* listFiles(folder: string, ending: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
    if (isDirectory) yield* listFiles(`${folder}${name}/`, ending);
    else if (name.endsWith(ending)) yield `${folder}${name}`;
  }
}

function read(file: string): string {
  return Deno.readTextFileSync(new URL(file, ROOT));
}

/**
 * Checks all code of the project.
 *
 * @returns How many deviations there are, and one line for each that names no test.
 */
export function checkProject(): { count: number; faults: string[] } {
  const titles = [...listFiles("tests/", "_test.ts")].map((file) => findTitles(read(file)));
  const deviations = [...listFiles("lib/", ".ts"), ...listFiles("keystore/", ".ts")]
    .flatMap((file) => findDeviations(file, read(file)));
  const faults = deviations.flatMap((each) => checkDeviation(each, titles) ?? []);
  return { count: deviations.length, faults };
}

if (import.meta.main) {
  const { count, faults } = checkProject();
  for (const fault of faults) console.error(fault);
  console.log(`${count} deviations, ${faults.length} faults`);
  Deno.exit(faults.length === 0 ? 0 : 1);
}
