/**
 * Commands from the bench to its feeders: one JSON value a line, one answer for each command.
 */

/** A function for each command. */
export type Commands = Readonly<Record<string, (argument: never) => unknown>>;

/** Serves commands until standard input ends. */
export async function serve(commands: Commands): Promise<void> {
  for await (const line of lines(Deno.stdin.readable)) {
    const { command, argument } = JSON.parse(line) as { command: string; argument: never };
    console.log(JSON.stringify(await commands[command]!(argument) ?? null));
  }
}

/** A child process that serves commands. */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<string>;

  /** Starts a script of this folder. */
  constructor(script: string) {
    const path = new URL(script, import.meta.url).pathname;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", path],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#answers = lines(this.#process.stdout);
  }

  /** One call at a time. */
  async call<T>(command: string, argument: unknown = {}): Promise<T> {
    await this.#input.write(new TextEncoder().encode(JSON.stringify({ command, argument }) + "\n"));
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`a child ended during "${command}"`);
    return JSON.parse(value) as T;
  }

  async stop(): Promise<void> {
    await this.#input.close();
    await this.#process.status;
  }
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (
    const text of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
  ) {
    const complete = (rest + text).split("\n");
    rest = complete.pop()!;
    yield* complete;
  }
}
