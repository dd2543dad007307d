/**
 * Keys that a browser or the system takes for itself, for a menu.
 *
 * @module
 */

import type { NamedKey, Sticky } from "./client_input.ts";

export interface MenuKey {
  readonly label: string;
  readonly key: NamedKey;
  readonly modifiers: readonly Sticky[];
}

const plain = (label: string, key: NamedKey): MenuKey => ({ label, key, modifiers: [] });

/** In groups, as they are shown. */
export const MENU_KEYS: readonly (readonly MenuKey[])[] = [
  [
    { label: "Ctrl+Alt+Del", key: "delete", modifiers: ["ctrl", "alt"] },
    { label: "Alt+Tab", key: "tab", modifiers: ["alt"] },
    { label: "Alt+F4", key: "f4", modifiers: ["alt"] },
    plain("Super", "lmeta"),
    plain("Print", "print"),
  ],
  [
    { label: "Ctrl+W", key: "w", modifiers: ["ctrl"] },
    { label: "Ctrl+T", key: "t", modifiers: ["ctrl"] },
    { label: "Ctrl+N", key: "n", modifiers: ["ctrl"] },
    { label: "Ctrl+Tab", key: "tab", modifiers: ["ctrl"] },
    { label: "Ctrl+F6", key: "f6", modifiers: ["ctrl"] },
    { label: "Ctrl+Shift+C", key: "c", modifiers: ["ctrl", "shift"] },
    { label: "Ctrl+Shift+V", key: "v", modifiers: ["ctrl", "shift"] },
  ],
  Array.from({ length: 12 }, (_, at) => plain(`F${at + 1}`, `f${at + 1}`)),
  [
    plain("Esc", "escape"),
    plain("Tab", "tab"),
    plain("Insert", "insert"),
    plain("Delete", "delete"),
    plain("Home", "home"),
    plain("End", "end"),
    plain("Page up", "pageup"),
    plain("Page down", "pagedown"),
    plain("Pause", "pause"),
    plain("Menu", "menu"),
  ],
];
