/** The handler in the listening process: prints records, and calls what clients ask for. */

import type {
  BinaryOffer,
  IoTable,
  ListenSource,
  ListenStatus,
  Source,
  Status,
} from "../../lib/mod.ts";

/** Requests with greater ids are left unanswered. */
const LAST_GRANTED = 999;
/** Transfers with greater identifiers are refused. */
const LAST_TAKEN = 999;

export default function listen(source: ListenSource | Source, status: ListenStatus | Status): void {
  if (status.kind === "segment_request") (source as ListenSource).acceptTarget(client);
}

const calls = new Map<Source, string>();
const subsegments = new Set<Source>();

async function client(source: Source, status: Status, input?: IoTable): Promise<void> {
  if (status.kind === "message" && (calls.has(source) || status.message.startsWith("!"))) {
    const text = (calls.get(source) ?? "") + status.message;
    if (status.multipart) return void calls.set(source, text);
    calls.delete(source);
    return await perform(source, JSON.parse(text.slice(1)));
  }
  print(source, input === undefined ? status : { ...status, input });
  if (status.kind === "registered") {
    source.onBinary = (offer) => take(source, offer);
    source.onAudio = ({ rate, channels, samples }) =>
      print(source, { kind: "audio", rate, channels, samples: [...samples] });
  }
  if (status.kind === "segment_request" && status.reqid <= LAST_GRANTED) {
    const opened = source.acceptTarget();
    if (opened !== undefined) subsegments.add(opened);
  }
  if (status.kind === "message" && status.message === "?") await source.messageTarget("!");
}

async function perform(source: Source, [verb, ...args]: [string, ...unknown[]]): Promise<void> {
  if (verb === "pixels") {
    const rgba = source.surface.rgba()?.toHex();
    return print(source, { kind: "pixels", rgba, text: source.text() });
  }
  const [first] = args;
  if (typeof first === "object" && first !== null && "bytes" in first) {
    args[0] = Uint8Array.fromHex(String(first.bytes));
  }
  const method = (source as unknown as Record<string, (...args: unknown[]) => unknown>)[verb]!;
  await method.apply(source, args);
}

function take(source: Source, offer: BinaryOffer): void {
  const { type, identifier, name, size } = offer;
  if (identifier > LAST_TAKEN) return;
  void (async () => {
    let hex = "", failure: string | undefined;
    try {
      for await (const piece of offer.accept()) hex += piece.toHex();
    } catch (error) {
      failure = (error as { code?: string }).code;
    }
    print(source, { kind: "transfer", type, identifier, name, size, hex, failure });
  })();
}

function print(source: Source, record: object): void {
  const segment = subsegments.has(source) ? "sub" : "primary";
  console.log(JSON.stringify({ client: source.peer.address, segment, ...record }));
}
