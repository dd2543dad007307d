/**
 * A profile of this process with V8's sampling profiler.
 */

import { Session } from "node:inspector";

interface Node {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
  };
}

export interface ProfileLine {
  readonly share: number;
  readonly name: string;
}

const session = new Session();

export function profileStart(): void {
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.setSamplingInterval", { interval: 200 });
  session.post("Profiler.start");
}

/** Stops the profiler. @returns The functions by self time, without idle time. */
export async function profileStop(): Promise<ProfileLine[]> {
  const profile = await new Promise<Profile>((resolve, reject) => {
    session.post("Profiler.stop", (error: Error | null, result: unknown) => {
      if (error === null) resolve((result as { profile: Profile }).profile);
      else reject(error);
    });
  });
  session.disconnect();
  return summarize(profile);
}

interface Profile {
  readonly nodes: readonly Node[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

function summarize({ nodes, samples, timeDeltas }: Profile): ProfileLine[] {
  const names = new Map(nodes.map(({ id, callFrame }) => {
    const file = callFrame.url.split("/").slice(-2).join("/");
    return [id, `${callFrame.functionName || "(anonymous)"} ${file}:${callFrame.lineNumber + 1}`];
  }));
  const times = new Map<string, number>();
  let busy = 0;
  for (const [i, id] of samples.entries()) {
    const name = names.get(id)!;
    if (name.startsWith("(idle)")) continue;
    busy += timeDeltas[i]!;
    times.set(name, (times.get(name) ?? 0) + timeDeltas[i]!);
  }
  return [...times].map(([name, time]) => ({ share: time / busy, name }))
    .sort((a, b) => b.share - a.share);
}
