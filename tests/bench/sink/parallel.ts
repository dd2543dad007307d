/** Fewer logins at once than a listener takes from one address. */
export const LOGINS_AT_ONCE = 32;

/** Runs a task so many times, so many at once. */
export async function inParallel(
  count: number,
  atOnce: number,
  task: () => Promise<void>,
): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await task();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
