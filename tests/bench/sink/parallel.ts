/** Below the number of concurrent logins that a listener takes from one address. */
export const LOGINS_AT_ONCE = 32;

/** Runs a task `count` times with limited concurrency. */
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
