/**
 * A worker of `listen --workers`: a whole listener in a thread of its own. What all workers share is
 * with the main thread.
 *
 * @module
 */

import {
  type ClientsControl,
  PostedRecords,
  PostedViews,
  type ThreadFigures,
} from "../../control/mod.ts";
import { loadViews, LocalClients } from "../../control/start.ts";
import { FaultLog, outliveFaults } from "../faults.ts";
import type { CliIo } from "../io.ts";
import { STDOUT_LIMITS } from "../line_queue.ts";
import { isControlled, isViewed } from "../listen_options.ts";
import { processEnv } from "../../../keystore/mod.ts";
import type { LimitInForce, Listener, ListenLimits, Logger } from "../../mod.ts";
import {
  Forwarding,
  type Letters,
  Link,
  type MainService,
  openWorkerListener,
  RemoteWaiting,
  toPlain,
  type WorkerService,
} from "../../workers/mod.ts";
import { PostedOutput } from "./posted_output.ts";
import type { WorkerStart } from "./start.ts";
import { openWorkerHandlers, type WorkerHandlers } from "./worker_handlers.ts";

/** The used part of a worker's global scope. */
interface Scope {
  onmessage: (event: MessageEvent) => void;
  postMessage(message: unknown): void;
  close(): void;
}

const scope = globalThis as unknown as Scope;

/** The life of this worker. */
class ListenWorker implements WorkerService {
  readonly #main: Link<WorkerService, MainService>;
  readonly #log: Logger;
  readonly #output: PostedOutput;
  readonly #forwarding: Forwarding;
  readonly #waiting: RemoteWaiting;
  #handlers: WorkerHandlers | undefined;
  #listener: Listener | undefined;
  #clients: LocalClients | undefined;
  #views: PostedViews | undefined;

  constructor(isDebug: boolean) {
    const main = this.#main = new Link<WorkerService, MainService>(
      (letters) => scope.postMessage(letters),
      this,
    );
    scope.onmessage = ({ data }: MessageEvent<Letters>) => main.receive(data);
    this.#log = {
      log: (level, event, fields) => {
        // A fleet gets all logins.
        const isWanted = isDebug || level !== "debug" || event === "login-refused";
        if (isWanted) main.tell("log", level, event, fields);
      },
    };
    this.#output = new PostedOutput(
      STDOUT_LIMITS,
      (lines) => main.ask("print", lines),
      (lines) => this.#log.log("warn", "output-lost", { lines }),
    );
    this.#forwarding = new Forwarding(main);
    this.#waiting = new RemoteWaiting(main);
    tellEnds(main, () => this.#clients?.figures());
  }

  /** Runs the listener to its end. */
  async run(start: WorkerStart): Promise<void> {
    const faults = new FaultLog(this.#log);
    outliveFaults(faults);
    try {
      await this.#open(start);
    } catch (error) {
      this.#main.tell("failed", toPlain(error));
      return;
    }
    await this.#listener!.finished();
    faults.close();
    await this.#output.flushed();
    this.#main.tell("finished", this.#clients?.figures());
  }

  async #open({ flags, setup, forwards, isFollowed }: WorkerStart): Promise<void> {
    const io: CliIo = {
      out: (text, sender) => this.#output.write(text, sender),
      err: (text, sender) => this.#main.tell("printError", text, sender),
      env: processEnv,
    };
    const handlers = this.#handlers = await openWorkerHandlers(flags, io, this.#log, this.#main);
    const views = isViewed(flags) ? await loadViews() : undefined;
    this.#listener = openWorkerListener(
      this.#main,
      setup,
      this.#waiting,
      forwards ? this.#forwarding.handler : handlers.handler,
      {
        observers: handlers.observers,
        log: this.#log,
        display: flags.size ?? {},
        allowDirect: flags.direct,
        h264: flags.h264 ?? "cancel",
        proxies: flags.proxyProtocol ?? [],
      },
    );
    const records = new PostedRecords((lines, lost) => this.#main.ask("watched", lines, lost));
    const clients = this.#clients = new LocalClients(this.#listener, {
      onLine: records.put,
      recorder: handlers.recorder,
      views,
      keepsFiles: isControlled(flags),
    });
    if (isFollowed) clients.watch(true);
    this.#views = new PostedViews(clients, {
      fromView: (...args) => this.#main.tell("fromView", ...args),
      viewEnded: (...args) => this.#main.tell("viewEnded", ...args),
    });
  }

  setSecret(secret: string): void {
    this.#listener?.targetInput(secret);
  }

  setLimits(limits: ListenLimits): void {
    this.#listener?.setLimits(limits);
  }

  limits(): readonly LimitInForce[] {
    return this.#listener?.limits ?? [];
  }

  evict(id: number, detail: string, hadVerified: boolean): void {
    this.#waiting.evict(id, detail, hadVerified);
  }

  closePort(): Promise<void> | void {
    return this.#listener?.closePort();
  }

  close(): void {
    this.#listener?.close();
  }

  closeClients(lastWords: string): void {
    this.#output.endBackpressure();
    this.#listener?.closeClients(lastWords);
  }

  snapshot(): void {
    this.#handlers?.snapshot();
  }

  accept(request: number, size: readonly number[]) {
    return this.#forwarding.accept(request, size);
  }

  control(method: keyof ClientsControl, args: readonly unknown[]) {
    const clients = this.#clients as unknown as Record<string, (...args: unknown[]) => unknown>;
    return clients[method]!(...args);
  }

  openView(...args: Parameters<PostedViews["openView"]>) {
    this.#views!.openView(...args);
  }

  toView(view: number, message: string | Uint8Array) {
    this.#views!.toView(view, message);
  }

  closeView(view: number) {
    this.#views!.closeView(view);
  }

  call(id: number, verb: string, args: readonly unknown[]) {
    return this.#forwarding.call(id, verb, args);
  }

  surface(id: number, revision: number) {
    return this.#forwarding.surface(id, revision);
  }
}

/** A handler module may end the process, or the worker; the main thread would not notice either. */
function tellEnds(
  main: Link<WorkerService, MainService>,
  figures: () => ThreadFigures | undefined,
): void {
  const exit = Deno.exit;
  Deno.exit = (code) => {
    main.tell("ends", figures(), code ?? Deno.exitCode);
    main.flush();
    return exit(code);
  };
  const close = scope.close;
  scope.close = () => {
    main.tell("ends", figures());
    main.flush();
    close();
  };
}

scope.onmessage = ({ data }: MessageEvent<WorkerStart>) => {
  void new ListenWorker(data.flags.debug ?? false).run(data);
};
