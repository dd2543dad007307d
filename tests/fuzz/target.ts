/** Something that must stand any bytes. */
export interface Target {
  readonly name: string;
  /** What to begin with: good inputs, and bad ones that went wrong once. */
  readonly corpus: readonly Uint8Array[];
  /** Throws when it does not stand the bytes. Equal bytes give equal results. */
  readonly run: (input: Uint8Array) => void;
}
