/**
 * Where files are dropped for a client.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";

export function FileDrop({ client, isAllowed, children }: {
  readonly client: string;
  readonly isAllowed: boolean;
  readonly children: ComponentChildren;
}) {
  const isOver = useSignal(false);
  const hasFiles = (event: DragEvent) =>
    isAllowed && (event.dataTransfer?.types.includes("Files") ?? false);
  const onDragOver = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer!.dropEffect = "copy";
    isOver.value = true;
  };
  const onDrop = (event: DragEvent) => {
    isOver.value = false;
    if (!hasFiles(event)) return;
    event.preventDefault();
    // The list is empty after this call.
    const files = [...event.dataTransfer!.files];
    void import("./files.tsx").then(({ sendFiles }) => sendFiles(client, files));
  };
  return (
    <div
      class="drop"
      onDragOver={onDragOver}
      onDragLeave={() => isOver.value = false}
      onDrop={onDrop}
    >
      {children}
      {isOver.value && <div class="drop-hint">Drop to send it to the program</div>}
    </div>
  );
}
