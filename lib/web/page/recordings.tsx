/**
 * Recordings: listed, played, begun and ended. Loaded when a client or the list is opened.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Row } from "../../control/operations.ts";
import { addressOf, call } from "./api.ts";
import { plain, size } from "./format.ts";
import { hostOf } from "./host_name.ts";
import { lazy } from "./lazy.tsx";
import type { Part } from "./player.tsx";
import { notify, notifyFailure } from "./toasts.ts";
import { Tool } from "./tool.tsx";

const Player = lazy<{ part: Part }>(async () => (await import("./player.tsx")).Player);

type Recording = Row<"recordings">;

/** All recordings of the listener. */
export function Recordings() {
  const recordings = useSignal<readonly Recording[] | undefined>(undefined);
  const played = useSignal<Part | undefined>(undefined);
  const ask = () =>
    void call("recordings", {}).then((listed) => recordings.value = listed, notifyFailure);
  useEffect(ask, []);
  if (recordings.value === undefined) return <p class="quiet">…</p>;
  return (
    <>
      {recordings.value.length === 0
        ? <p class="quiet">There are none. The red button of a client begins one.</p>
        : (
          <div class="scroll" tabIndex={0} role="region" aria-label="Recordings">
            <table>
              <thead>
                <tr>
                  <th scope="col">Begun</th>
                  <th scope="col">Client</th>
                  <th scope="col">Key</th>
                  <th scope="col">Size</th>
                  <th scope="col">What was shown</th>
                </tr>
              </thead>
              <tbody>
                {recordings.value.map((recording) => (
                  <RecordingRow
                    key={recording.name}
                    recording={recording}
                    onPlay={(part) => played.value = part}
                  />
                ))}
              </tbody>
            </table>
          </div>
        )}
      <p>
        <button type="button" onClick={ask}>Look again</button>
      </p>
      {played.value !== undefined && (
        <PlayerDialog
          key={`${played.value.name} ${played.value.segment} ${played.value.content}`}
          part={played.value}
          onClose={() => played.value = undefined}
        />
      )}
    </>
  );
}

function RecordingRow({ recording, onPlay }: {
  readonly recording: Recording;
  readonly onPlay: (part: Part) => void;
}) {
  const { name, title, segkind, key, comment, since, bytes, is_running, parts } = recording;
  return (
    <tr>
      <td>{new Date(since).toLocaleString()}{is_running && <span class="badge">runs</span>}</td>
      <td>{plain(title) || segkind}</td>
      <td class={comment === undefined ? "mono" : ""} title={key}>{comment ?? key}</td>
      <td>{size(bytes)}</td>
      <td>
        {parts.map(({ segment, content }) => (
          <span key={`${segment} ${content}`} class="part">
            <button type="button" onClick={() => onPlay({ name, segment, content })}>
              Play {content}
              {parts.length > 1 && ` of ${segment}`}
            </button>
            {content === "text" && (
              <a href={addressOf("recording", { name, text: segment })} download={`${name}.cast`}>
                Download
              </a>
            )}
          </span>
        ))}
        {parts.length === 0 && <span class="quiet">nothing</span>}
      </td>
    </tr>
  );
}

function PlayerDialog({ part, onClose }: { readonly part: Part; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog class="playing" ref={dialog} onClose={onClose} aria-label="Recording">
      <Player part={part} />
      <button type="button" onClick={() => dialog.current!.close()}>Close</button>
    </dialog>
  );
}

/** Begins and ends the recording of a client. */
export function RecordButton({ client, recording }: {
  readonly client: string;
  /** The name of its recording, while there is one. */
  readonly recording: string | undefined;
}) {
  const isBusy = useSignal(false);
  const isOn = recording !== undefined;
  const toggle = async () => {
    if (isBusy.value) return;
    isBusy.value = true;
    try {
      await call("record", { client, on: !isOn });
      const kept = hostOf(client) === undefined
        ? "The recording is kept; the list of recordings plays it"
        : "The recording is kept; the page of its host plays it";
      notify(isOn ? kept : "Recording");
    } catch (error) {
      notifyFailure(error);
    }
    isBusy.value = false;
  };
  return (
    <Tool
      icon="record"
      label={isOn ? "End the recording" : "Record"}
      isPressed={isOn}
      onClick={() => void toggle()}
    />
  );
}
