/**
 * Tells that the listener cannot be reached, and when it is tried again.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { check, connection } from "./session.ts";

export function ConnectionNotice() {
  const { value } = connection;
  return (
    <div class="connection" role="status">
      {value.state === "lost" && <Lost retryAtMs={value.retryAtMs} />}
      {value.state === "retrying" && <p class="banner">Connecting again…</p>}
    </div>
  );
}

function Lost({ retryAtMs }: { readonly retryAtMs: number }) {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => now.value = Date.now(), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((retryAtMs - now.value) / 1000));
  return (
    <p class="banner">
      <strong>No connection.</strong> {navigator.onLine
        ? "The listener does not answer; it may have ended."
        : "This device is offline."} <span aria-hidden="true">Next try in {seconds} s.</span>
      <button type="button" onClick={() => void check()}>Try now</button>
    </p>
  );
}
