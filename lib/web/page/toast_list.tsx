/**
 * The short messages, which screen readers read when they come.
 *
 * @module
 */

import { Icon } from "./icons.tsx";
import { keepFocus } from "./keep_focus.ts";
import { dismiss, toasts } from "./toasts.ts";

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite" onMouseDown={keepFocus}>
      {toasts.value.map(({ id, text, action }) => (
        <p class="toast" key={id}>
          <span>{text}</span>
          {action && (
            <button
              type="button"
              onClick={() => {
                action.run();
                dismiss(id);
              }}
            >
              {action.label}
            </button>
          )}
          <button type="button" class="tool small" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="close" />
          </button>
        </p>
      ))}
    </div>
  );
}
