/** What a process and its children use, read from `/proc`. */

export interface Usage {
  /** The CPU time of all threads that live; that of ended ones is lost. */
  readonly cpuMs: number;
  readonly rssMib: number;
  /** Open file descriptors of the process itself. */
  readonly descriptors: number;
}

export function readUsage(pid: number): Usage {
  const folder = `/proc/${pid}`;
  let cpuMs = 0;
  let rssMib = Number(/VmRSS:\s+(\d+)/.exec(read(`${folder}/status`))![1]) / 1_024;
  for (const { name } of Deno.readDirSync(`${folder}/task`)) {
    cpuMs += Number(read(`${folder}/task/${name}/schedstat`).split(" ")[0]) / 1e6;
    for (const child of read(`${folder}/task/${name}/children`).split(" ").filter(Boolean)) {
      const usage = readUsage(Number(child));
      cpuMs += usage.cpuMs;
      rssMib += usage.rssMib;
    }
  }
  const descriptors = [...Deno.readDirSync(`${folder}/fd`)].length;
  return { cpuMs, rssMib, descriptors };
}

function read(path: string): string {
  return Deno.readTextFileSync(path);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
