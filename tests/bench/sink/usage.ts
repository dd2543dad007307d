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

/** CPU time of a process and its children, of ended threads too, in steps of 10 ms. */
export function readCpuMs(pid: number): number {
  // The name of the program, in parentheses, may have spaces.
  const stat = read(`/proc/${pid}/stat`).replace(/^.*\) /, "").split(" ");
  let cpuMs = (Number(stat[11]) + Number(stat[12])) * 10;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    const children = read(`/proc/${pid}/task/${name}/children`).split(" ").filter(Boolean);
    for (const child of children) cpuMs += readCpuMs(Number(child));
  }
  return cpuMs;
}
