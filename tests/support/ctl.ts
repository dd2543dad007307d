import assert from "node:assert/strict";
import { ControlClient } from "../../lib/control/mod.ts";
import { type Listening, MAIN } from "./listening.ts";

/** The path of the control socket of a listener that has printed its address. */
export async function controlPath(listening: Listening): Promise<string> {
  const [, port] = await listening.err.until(/listening on [^ ]*:(\d+)/);
  return `${listening.directory}/net-listen/demo-${port}.sock`;
}

/** A way to a listener. */
export async function controlOf(listening: Listening): Promise<ControlClient> {
  return new ControlClient(await controlPath(listening));
}

/** Starts `ctl`, which looks for sockets in the directory of a listener. */
export function spawnCtl(
  { directory }: { readonly directory: string },
  ...args: string[]
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, "ctl", ...args],
    env: { NO_COLOR: "1", RUNTIME_DIRECTORY: `${directory}/net-listen` },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs `ctl` to its end. @returns What it prints; its exit code must be the expected one. */
export async function ctl(
  listening: { readonly directory: string },
  args: readonly string[],
  code = 0,
): Promise<{ readonly out: string; readonly err: string }> {
  const { stdout, stderr, ...status } = await spawnCtl(listening, ...args).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(status.code, code, `${args.join(" ")}: ${err}`);
  return { out: out!, err: err! };
}
