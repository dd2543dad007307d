/**
 * Commands from the bench to its child processes: one JSON value a line, one answer for each command.
 *
 * Answers go to standard error, since V8 writes the trace of its garbage collector to standard output.
 */

import { TextLineStream } from "./lines.ts";

const ANSWER = "@";

/** A function for each command. */
export type Commands = Readonly<Record<string, (argument: never) => unknown>>;

/** Serves commands until standard input ends. */
export async function serve(commands: Commands): Promise<void> {
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(
    new TextLineStream(),
  );
  answer("ready");
  for await (const line of lines) {
    const { command, argument } = JSON.parse(line) as { command: string; argument: never };
    answer(await commands[command]!(argument) ?? null);
  }
}

function answer(value: unknown): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${ANSWER}${JSON.stringify(value)}\n`));
}

/** A child process that serves commands. */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting: ((value: unknown) => void)[] = [];
  /** Its standard output, complete when {@linkcode stop} has settled. */
  readonly output: string[] = [];
  readonly #ended: Promise<unknown>;

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#input = process.stdin.getWriter();
    this.#ended = Promise.all([
      readLines(process.stdout, (line) => this.output.push(line)),
      readLines(process.stderr, (line) => this.#take(line)),
      process.status,
    ]);
  }

  /** Starts a script of this folder and waits until it is ready. */
  static async start(script: string, flags: readonly string[] = []): Promise<Child> {
    const path = new URL(script, import.meta.url).pathname;
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", ...flags, path],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const child = new Child(process);
    await child.#answer();
    return child;
  }

  get pid(): number {
    return this.#process.pid;
  }

  async call<T>(command: string, argument?: unknown): Promise<T> {
    const answer = this.#answer();
    const line = JSON.stringify({ command, argument }) + "\n";
    await this.#input.write(new TextEncoder().encode(line));
    return await answer as T;
  }

  async stop(): Promise<void> {
    await this.#input.close();
    await this.#ended;
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      this.#process.status.then(({ code }) => reject(new Error(`a child ended with ${code}`)));
    });
  }

  #take(line: string): void {
    if (line.startsWith(ANSWER)) this.#waiting.shift()?.(JSON.parse(line.slice(1)));
    else console.error(line);
  }
}

async function readLines(
  stream: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  const lines = stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    .pipeThrough(new TextLineStream());
  for await (const line of lines) take(line);
}
