/**
 * A button of the toolbar.
 *
 * @module
 */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons.tsx";

/** An icon, with its label where there is room. */
export function Tool({ icon, label, isPressed, onClick, children }: {
  readonly icon: IconName;
  readonly label: string;
  readonly isPressed?: boolean;
  readonly onClick: () => void;
  readonly children?: ComponentChildren;
}) {
  return (
    <button type="button" class="tool" title={label} aria-pressed={isPressed} onClick={onClick}>
      <Icon name={icon} />
      <span class="label">{label}</span>
      {children}
    </button>
  );
}
