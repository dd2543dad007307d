/**
 * The shapes of mouse cursors: names of Arcan as values of the CSS property `cursor`.
 *
 * @module
 */

const CSS: Readonly<Record<string, string>> = {
  "hidden": "none",
  "hidden-rel": "none",
  "hidden-abs": "none",
  "hidden-hot": "none",
  "wait": "wait",
  "forbidden": "not-allowed",
  "grabhint": "grab",
  "crosshair": "crosshair",
  "hand": "pointer",
  "zoom-in": "zoom-in",
  "zoom-out": "zoom-out",
  "help": "help",
  "context-menu": "context-menu",
  "typefield": "text",
  "datafield": "text",
  "vertical-datafield": "vertical-text",
  "cell": "cell",
  "alias": "alias",
  "drag": "grabbing",
  "drag-drop": "copy",
  "drag-reject": "no-drop",
  "sizeall": "move",
  "west": "w-resize",
  "east": "e-resize",
  "north": "n-resize",
  "south": "s-resize",
  "west-east": "ew-resize",
  "north-south": "ns-resize",
  "north-west": "nw-resize",
  "south-west": "sw-resize",
  "north-east": "ne-resize",
  "south-east": "se-resize",
  "north-west-south-east": "nwse-resize",
  "south-west-north-east": "nesw-resize",
};

/** @param name As in the record `cursorhint`; a position may follow its first colon. */
export function cssCursor(name: string): string {
  const [shape = ""] = name.split(":");
  return Object.hasOwn(CSS, shape) ? CSS[shape]! : "default";
}
