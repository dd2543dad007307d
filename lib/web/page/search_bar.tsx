/**
 * Finds text on the screen of a client of text.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./icons.tsx";
import type { Stage } from "./stage.ts";

export function SearchBar({ stage, onClose }: {
  readonly stage: Stage;
  readonly onClose: () => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  const result = useSignal("");
  // Before the next key, which would go to the client.
  useLayoutEffect(() => field.current!.focus(), []);
  const find = (isBackward: boolean) => {
    const text = field.current!.value;
    const isFound = text === "" || stage.terminal?.find(text, isBackward) === true;
    result.value = isFound ? "" : "Not on the screen";
  };
  const close = () => {
    stage.terminal?.endSearch();
    onClose();
    stage.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") find(event.shiftKey);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  };
  return (
    <search class="search">
      <input
        ref={field}
        type="search"
        aria-label="Find on the screen"
        placeholder="Find"
        onInput={() => find(false)}
        onKeyDown={onKeyDown}
      />
      <button type="button" onClick={() => find(true)}>Previous</button>
      <button type="button" onClick={() => find(false)}>Next</button>
      <span role="status" class="quiet">{result}</span>
      <button type="button" class="tool" aria-label="Close the search" onClick={close}>
        <Icon name="close" />
      </button>
    </search>
  );
}
