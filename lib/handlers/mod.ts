/**
 * Built-in handlers and observers that a program loads when it needs them: `import(".../handlers")`.
 * `printHandler`, `Recorder` and `storeTransfers` are in the main module.
 *
 * @module
 */

export { describeJson as recordJson, describeRecord } from "./describe.ts";
export { Snapshots } from "./pictures/snapshot_files.ts";
export type { Program } from "./pipe/channel.ts";
export type { Call } from "./pipe/call.ts";
export { type Perform, Pipe } from "./pipe/pipe.ts";
export { Retention, type RetentionBounds, type RetentionOptions } from "./record/retention.ts";
export type { StoredDirectories } from "./record/stored.ts";
export type { CellSize, PixelSize } from "./view/fit.ts";
export { type Key, KeyDecoder, type Modifier, type MouseTyped, type Typed } from "./view/keys.ts";
export type { KittyPicture } from "./view/kitty.ts";
export { Viewer, type ViewerCommand } from "./view/viewer.ts";
