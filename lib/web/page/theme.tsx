/**
 * Light, dark, or as the system is.
 *
 * @module
 */

import { signal } from "@preact/signals";
import { Icon } from "./icons.tsx";

const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];
const NAMES: Readonly<Record<Theme, string>> = {
  auto: "Theme of the system",
  light: "Light theme",
  dark: "Dark theme",
};

const theme = signal<Theme>(THEMES.find((each) => each === localStorage["theme"]) ?? "auto");

export function applyTheme(): void {
  document.documentElement.dataset["theme"] = theme.value;
}

/** A button that goes through the themes. */
export function ThemeButton() {
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!;
  const label = `${NAMES[theme.value]}; change to ${NAMES[next].toLowerCase()}`;
  const change = () => {
    localStorage["theme"] = theme.value = next;
    applyTheme();
  };
  return (
    <button
      type="button"
      class="tool"
      aria-label={label}
      title={NAMES[theme.value]}
      onClick={change}
    >
      <Icon name={theme.value} />
    </button>
  );
}
