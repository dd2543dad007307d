/**
 * A row of keys for devices without a keyboard: Ctrl and Alt hold for the next key.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import type { NamedKey } from "./client_input.ts";
import { Icon } from "./icons.tsx";
import type { Stage } from "./stage.ts";

const KEYS: readonly (readonly [label: string, name: string, key: NamedKey])[] = [
  ["Esc", "Escape", "escape"],
  ["Tab", "Tab", "tab"],
  ["←", "Left", "left"],
  ["↓", "Down", "down"],
  ["↑", "Up", "up"],
  ["→", "Right", "right"],
];
const HOLDS = [["Ctrl", "ctrl"], ["Alt", "alt"]] as const;

export function ScreenKeys({ stage }: { readonly stage: Stage }) {
  const isTyping = useSignal(false);
  // A tap that takes the focus would close the keyboard.
  const keepFocus = (event: Event) => event.preventDefault();
  const held = stage.input.held.value;
  const [esc, tab, ...arrows] = KEYS;
  const button = ([label, name, key]: (typeof KEYS)[number]) => (
    <button
      type="button"
      key={name}
      aria-label={name}
      onPointerDown={keepFocus}
      onClick={() => stage.input.press(key)}
    >
      {label}
    </button>
  );
  return (
    <div class="screen-keys" role="toolbar" aria-label="Keys">
      {button(esc!)}
      {button(tab!)}
      {HOLDS.map(([label, modifier]) => (
        <button
          type="button"
          key={modifier}
          aria-pressed={held.includes(modifier)}
          onPointerDown={keepFocus}
          onClick={() => stage.input.hold(modifier)}
        >
          {label}
        </button>
      ))}
      {arrows.map(button)}
      <button
        type="button"
        aria-label="Keyboard"
        aria-pressed={isTyping}
        onPointerDown={keepFocus}
        onClick={() => stage.wantsKeyboard = isTyping.value = !isTyping.value}
      >
        <Icon name="keys" />
      </button>
    </div>
  );
}
