/**
 * Files to a client and from it. Loaded when one is dropped or the client is opened.
 *
 * @module
 */

import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Row } from "../../control/operations.ts";
import { addressOf, call } from "./api.ts";
import { plain, size } from "./format.ts";
import { Icon } from "./icons.tsx";
import { notify } from "./toasts.ts";
import { useVisible } from "./visible.ts";

/** How often the page asks whether the client offers files. */
const ASK_MS = 2_000;

type FileRow = Row<"files">;

/** A file on its way from this page. */
interface Upload {
  readonly id: number;
  readonly client: string;
  readonly name: string;
  readonly bytes: number;
  readonly sentBytes: number;
  readonly request: XMLHttpRequest;
}

const uploads = signal<readonly Upload[]>([]);
let lastId = 0;

/** Sends files to a client, at the same time. */
export function sendFiles(client: string, files: Iterable<File>): void {
  for (const file of files) {
    if (file.size === 0) notify(`${file.name} is empty, and programs take no empty files`);
    else send(client, file);
  }
}

/** `fetch` does not tell how much was sent. */
function send(client: string, file: File): void {
  const id = ++lastId;
  const request = new XMLHttpRequest();
  const { name, size: bytes } = file;
  const change = (sentBytes: number) => {
    uploads.value = uploads.value.map((each) => each.id === id ? { ...each, sentBytes } : each);
  };
  request.upload.onprogress = ({ loaded }) => change(loaded);
  request.onloadend = () => {
    uploads.value = uploads.value.filter((each) => each.id !== id);
    if (request.status === 200) return notify(`${name} was sent`);
    notify(`${name} was not sent: ${reasonOf(request)}`);
  };
  request.open("POST", uploadAddress(client, name, bytes));
  request.send(file);
  uploads.value = [...uploads.value, { id, client, name, bytes, sentBytes: 0, request }];
}

function uploadAddress(client: string, name: string, bytes: number): string {
  const query = new URLSearchParams({ name: name.slice(0, 255), size: String(bytes) });
  return `${addressOf("files", { client })}?${query}`;
}

function reasonOf({ status, responseText }: XMLHttpRequest): string {
  if (status === 0) return "the connection is lost";
  try {
    return String(JSON.parse(responseText).error);
  } catch {
    return `the listener answers ${status}`;
  }
}

/** The button of the toolbar, and the list behind it. */
export function ClientFiles({ client }: { readonly client: string }) {
  const files = useSignal<readonly FileRow[]>([]);
  const isVisible = useVisible();
  const input = useRef<HTMLInputElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isVisible) return;
    const ask = () =>
      void call("files", { client }).then((listed) => {
        for (const file of newOffers(files.peek(), listed)) announce(client, file);
        files.value = listed;
      }, () => {
        // The page says by itself that the connection is lost, or the client has ended.
      });
    ask();
    const timer = setInterval(ask, ASK_MS);
    return () => clearInterval(timer);
  }, [client, isVisible]);
  const own = uploads.value.filter((each) => each.client === client);
  const offered = files.value.filter(({ direction }) => direction === "from").toReversed();
  return (
    <div class="with-menu" data-menu>
      <button
        type="button"
        class="tool"
        title="Files"
        onClick={() => menu.current!.togglePopover()}
      >
        <Icon name="file" />
        <span class="label">Files</span>
        {own.length > 0 && <span class="number">{percentOf(own)} %</span>}
      </button>
      <div popover="auto" class="menu files" ref={menu}>
        <input
          type="file"
          multiple
          hidden
          ref={input}
          onChange={({ currentTarget }) => {
            sendFiles(client, [...currentTarget.files!]);
            currentTarget.value = "";
          }}
        />
        <button type="button" onClick={() => input.current!.click()}>
          <Icon name="upload" /> Send files…
        </button>
        <p class="quiet">Or drop them on the program.</p>
        <ul>
          {own.map((upload) => <UploadRow key={upload.id} upload={upload} />)}
          {offered.map((file) => <OfferedRow key={file.id} client={client} file={file} />)}
        </ul>
        {offered.length === 0 && own.length === 0 && (
          <p class="quiet">The program offers no files.</p>
        )}
      </div>
    </div>
  );
}

function UploadRow({ upload }: { readonly upload: Upload }) {
  const { name, bytes, sentBytes, request } = upload;
  return (
    <li>
      <span class="name">{name}</span>
      <progress max={bytes} value={sentBytes} aria-label={`${name} is being sent`} />
      <span class="quiet">{size(sentBytes)} of {size(bytes)}</span>
      <button type="button" onClick={() => request.abort()}>Stop</button>
    </li>
  );
}

function OfferedRow({ client, file }: { readonly client: string; readonly file: FileRow }) {
  const { id, name, size: bytes, moved_bytes, state } = file;
  const label = plain(name) || `file ${id}`;
  return (
    <li>
      <span class="name">{label}</span>
      {state === "moving" && (
        <progress
          {...(bytes !== undefined && { max: bytes, value: moved_bytes })}
          aria-label={`${label} is arriving`}
        />
      )}
      <span class="quiet">
        {state === "failed" ? "was not complete" : size(bytes ?? moved_bytes)}
      </span>
      {state !== "failed" && (
        <a class="button" href={fileAddress(client, id)} download>
          <Icon name="download" /> Download
        </a>
      )}
    </li>
  );
}

function fileAddress(client: string, file: number): string {
  return addressOf("fetch", { client, file });
}

function newOffers(known: readonly FileRow[], listed: readonly FileRow[]): FileRow[] {
  return listed.filter(({ id, direction, state }) =>
    direction === "from" && state !== "failed" && !known.some((each) => each.id === id)
  );
}

function announce(client: string, { id, name, size: bytes }: FileRow): void {
  const much = bytes === undefined ? "" : ` (${size(bytes)})`;
  notify(`The program offers ${plain(name) || `file ${id}`}${much}`, {
    label: "Download",
    run: () => {
      const link = Object.assign(document.createElement("a"), { href: fileAddress(client, id) });
      link.download = "";
      link.click();
    },
  });
}

function percentOf(all: readonly Upload[]): number {
  const sum = (of: (upload: Upload) => number) => all.reduce((total, each) => total + of(each), 0);
  return Math.floor(100 * sum(({ sentBytes }) => sentBytes) / sum(({ bytes }) => bytes));
}
