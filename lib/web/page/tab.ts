/**
 * What the tab of the browser shows of a client: its title, and its picture as the icon.
 *
 * @module
 */

import type { Stage } from "./stage.ts";

const ICON_PX = 64;
const ROUNDING_PX = 14;
const REFRESH_MS = 10_000;

/** Shows a client in the tab. @returns Restores what was there. */
export function showInTab(stage: Stage, title: string, isLost: boolean): () => void {
  const link = document.querySelector<HTMLLinkElement>("link[rel=icon]")!;
  const before = { title: document.title, href: link.href, type: link.type };
  document.title = `${isLost ? "○ " : ""}${title} · net-listen`;
  const draw = () => {
    link.type = "image/png";
    link.href = iconOf(stage, title, isLost);
  };
  draw();
  const timer = setInterval(draw, REFRESH_MS);
  return () => {
    clearInterval(timer);
    document.title = before.title;
    link.href = before.href;
    link.type = before.type;
  };
}

function iconOf({ canvas }: Stage, title: string, isLost: boolean): string {
  const icon = document.createElement("canvas");
  icon.width = icon.height = ICON_PX;
  const context = icon.getContext("2d")!;
  context.beginPath();
  context.roundRect(0, 0, ICON_PX, ICON_PX, ROUNDING_PX);
  context.clip();
  context.globalAlpha = isLost ? 0.4 : 1;
  if (canvas !== undefined && canvas.width > 0) {
    const side = Math.min(canvas.width, canvas.height);
    const left = (canvas.width - side) / 2;
    context.drawImage(canvas, left, 0, side, side, 0, 0, ICON_PX, ICON_PX);
  } else {
    context.fillStyle = `oklch(42% 0.07 ${hueOf(title)})`;
    context.fillRect(0, 0, ICON_PX, ICON_PX);
    context.fillStyle = "#fff";
    context.font = "600 36px ui-monospace, monospace";
    context.textAlign = "center";
    context.fillText([...title][0]!.toUpperCase(), ICON_PX / 2, ICON_PX * 0.7);
  }
  return icon.toDataURL();
}

/** A colour that is the same each time for the same name. */
function hueOf(name: string): number {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)!) >>> 0;
  return hash % 360;
}
