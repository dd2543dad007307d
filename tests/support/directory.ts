/** Temporary directories. */

/** Runs a test with an empty directory and removes it afterwards. */
export async function inDirectory(run: (path: string) => void | Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "files-test-" });
  try {
    await run(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** Sorted. */
export function listFiles(path: string): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
}
