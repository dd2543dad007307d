/**
 * The keys that may log in.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Row } from "../../control/operations.ts";
import { call } from "./api.ts";
import { knocks } from "./clients.ts";
import { Section } from "./section.tsx";
import { connection } from "./session.ts";
import { notifyFailure } from "./toasts.ts";

export function KeyList() {
  return (
    <Section title="Keys">
      <Keys />
    </Section>
  );
}

function Keys() {
  const keys = useSignal<readonly Row<"keys">[] | undefined>(undefined);
  const isOnline = connection.value.state === "online";
  const strangers = knocks.value.length;
  useEffect(() => {
    if (!isOnline) return;
    call("keys", {}).then((listed) => keys.value = listed, notifyFailure);
  }, [isOnline, strangers]);
  if (keys.value === undefined) return <p class="quiet">…</p>;
  if (keys.value.length === 0) {
    return (
      <p class="quiet">
        No key may log in. <code>keystore add NAME KEY</code> adds one.
      </p>
    );
  }
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Keys">
      <table>
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">Comment</th>
            <th scope="col">May log in as</th>
            <th scope="col">Conditions</th>
            <th scope="col">Last login</th>
          </tr>
        </thead>
        <tbody>
          {keys.value.map((row) => (
            <tr key={row.public_key}>
              <td class="mono" title={row.public_key}>{row.key}</td>
              <td>{row.comment}</td>
              <td>{row.names.join(", ")}</td>
              <td>{conditions(row)}</td>
              <td>{row.last_login !== undefined && new Date(row.last_login).toLocaleString()}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function conditions({ expires, from, max_clients, problem }: Row<"keys">) {
  const parts = [
    expires === undefined ? "" : `until ${new Date(expires).toLocaleString()}`,
    from === undefined ? "" : `from ${from.join(", ")}`,
    max_clients === undefined ? "" : `at most ${max_clients} at once`,
  ].filter((part) => part !== "");
  return (
    <>
      {parts.join("; ")}
      {problem !== undefined && <span class="fault">{problem}</span>}
    </>
  );
}
