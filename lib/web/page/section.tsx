/**
 * A part of the home page that is opened when it is wanted; what is in it is made then.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";

export function Section({ title, children }: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  const isOpen = useSignal(false);
  return (
    <details
      class="section"
      onToggle={({ currentTarget }) => isOpen.value = currentTarget.open}
    >
      <summary>
        <h2>{title}</h2>
      </summary>
      {isOpen.value && <div class="content">{children}</div>}
    </details>
  );
}
