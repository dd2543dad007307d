/**
 * The icons of the page: lines on a grid of 20, drawn for it.
 *
 * @module
 */

const PATHS = {
  back: "M12 4 6 10l6 6",
  close: "m5 5 10 10M15 5 5 15",
  text: "m4 6 4 4-4 4m6 0h6",
  pixels: "M3 4h14v10H3zM7 17h6",
  fit: "M3 7V3h4m6 0h4v4m0 6v4h-4m-6 0H3v-4",
  full: "M11 3h6v6m0-6-6 6M9 17H3v-6m0 6 6-6",
  keys: "M2 5h16v10H2zM5 8h.01M8 8h.01M11 8h.01M14 8h.01M6 12h8",
  paste: "M7 4H4v13h12V4h-3M7 2.5h6V6H7z",
  copy: "M7 7h10v10H7zM13 7V3H3v10h4",
  camera: "M3 6h3l1.5-2h5L14 6h3v10H3zM10 8.2a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2",
  sound: "M3 8v4h3l4 3.5V4.5L6 8zM13 7.5a3.5 3.5 0 0 1 0 5M15.3 5.3a6.6 6.6 0 0 1 0 9.4",
  mute: "M3 8v4h3l4 3.5V4.5L6 8zM13 8l4 4m0-4-4 4",
  record: "M10 4.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11",
  file: "M5 2.5h6l4 4V17.5H5zM11 2.5v4h4",
  download: "M10 3v10m-4-4 4 4 4-4M3 17h14",
  upload: "M10 13V3M6 7l4-4 4 4M3 17h14",
  lock: "M10 2.5 7.5 5.5h5zM10 17.5l-2.5-3h5zM2.5 10l3-2.5v5zM17.5 10l-3-2.5v5z",
  search: "M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M13 13l4 4",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  link:
    "M8.5 11.5a3 3 0 0 0 4.3.2l3-3a3 3 0 0 0-4.3-4.3l-1 1m1 3.1a3 3 0 0 0-4.3-.2l-3 3a3 3 0 0 0 4.3 4.3l1-1",
  light:
    "M10 6.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7M10 2v1.5m0 13V18M2 10h1.5m13 0H18M4.3 4.3l1.1 1.1m9.2 9.2 1.1 1.1m0-11.4-1.1 1.1m-9.2 9.2-1.1 1.1",
  dark: "M16.5 11.7A6.8 6.8 0 0 1 8.3 3.5a6.8 6.8 0 1 0 8.2 8.2",
  auto: "M10 3a7 7 0 1 1 0 14zM10 3a7 7 0 0 0 0 14",
  power: "M10 3v7M6 5.3a6 6 0 1 0 8 0",
  key: "M13 3.5a3.5 3.5 0 1 1-2.5 6L4 16H2.5v-2.5h2v-2h2L9.6 8A3.5 3.5 0 0 1 13 3.5",
} as const;

export type IconName = keyof typeof PATHS;

/** An icon beside a text or in a button that has a label. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
