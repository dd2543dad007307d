/**
 * Runs all tests: `deno task test`.
 *
 * `deno test` loads and compiles all modules again for each file, which takes longer than most unit tests.
 * So one module imports the files of a folder that only have tests in memory.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const ROOT = new URL("../", import.meta.url);
const TESTS = fileURLToPath(ROOT);
/** The folders whose files share one run of their modules. */
const IN_MEMORY = /^(unit(?:\/[^/]+)?|conformance|property)\//;
const EXCLUDED = /^(bench|vectors)\//;

/** The files with tests, relative to `tests/`. */
function* testFiles(folder = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(TESTS + folder)) {
    const path = folder + name;
    if (isDirectory) yield* testFiles(`${path}/`);
    else if (name.endsWith("_test.ts") && !EXCLUDED.test(path)) yield path;
  }
}

/** @returns The files to give to `deno test`; those of folders are written to a directory. */
function modules(directory: string): string[] {
  const groups = Map.groupBy([...testFiles()].sort(), (path) => IN_MEMORY.exec(path)?.[1]);
  const alone = groups.get(undefined)!.map((path) => TESTS + path);
  groups.delete(undefined);
  const together = [...groups].map(([folder, paths]) => {
    const file = `${directory}/${folder!.replace("/", "_")}.ts`;
    const imports = paths.map((path) => `import ${JSON.stringify(new URL(path, ROOT).href)};\n`);
    Deno.writeTextFileSync(file, imports.join(""));
    return file;
  });
  return [...alone, ...together];
}

const directory = Deno.makeTempDirSync({ prefix: "net-listen-tests-" });
const { code } = await new Deno.Command(Deno.execPath(), {
  args: [
    ...["test", "-A", "--parallel", "--no-check", "--config", `${TESTS}../deno.json`],
    ...Deno.args,
    ...modules(directory),
  ],
  // Some tests mostly wait for a time of the program to pass.
  env: { DENO_JOBS: `${navigator.hardwareConcurrency + 1}` },
}).spawn().status;
Deno.removeSync(directory, { recursive: true });
Deno.exit(code);
