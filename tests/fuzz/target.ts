/** Code that must handle any bytes. */
export interface Target {
  readonly name: string;
  /** The inputs to mutate: good ones, and ones that have failed before. */
  readonly corpus: readonly Uint8Array[];
  /** Throws when a promise is broken. Equal bytes must give equal results. */
  readonly run: (input: Uint8Array) => void;
}
