/** Which folder may import which, as data. Imports run one way; `errors` and `limits` are for all. */

/** What the files of a folder may use. */
export interface Layer {
  /** Folders, files beside them, and single files such as `keystore/mod` that may be imported. */
  readonly imports: readonly string[];
  /** Those of which types alone may be imported. */
  readonly types?: readonly string[];
  /** Built-in modules and packages; any unless given. */
  readonly externals?: readonly string[];
  /** Whether it must do without input, output, time, randomness and promises. */
  readonly isPure?: boolean;
}

const PURE = { isPure: true, externals: [] } as const;

/** Every folder of `lib`, and the keystore; a folder within one may have rules of its own. */
export const LAYERS: { readonly [folder: string]: Layer } = {
  limits: { ...PURE, imports: [] },
  bytes: { ...PURE, imports: [], externals: ["node:crypto"] },
  crypto: {
    ...PURE,
    imports: ["bytes"],
    externals: ["node:buffer", "node:crypto"],
  },
  wire: { ...PURE, imports: ["bytes"] },
  transport: { ...PURE, imports: ["bytes", "crypto", "wire"] },
  session: { ...PURE, imports: ["bytes", "crypto", "wire", "transport"] },
  decoders: {
    ...PURE,
    imports: ["bytes", "crypto/blake3", "wire"],
    externals: ["node:buffer", "node:zlib", "get-east-asian-width"],
  },
  segment: { ...PURE, imports: ["bytes", "wire", "decoders"], types: ["session"] },
  source: {
    ...PURE,
    imports: ["bytes", "wire", "decoders"],
    types: ["session"],
  },
  "decoders/h264/worker": { imports: ["decoders", "worker_thread"], externals: ["h264decoder"] },
  net: {
    imports: [
      "address",
      "bytes",
      "crypto",
      "wire",
      "decoders/h264/worker",
      "session",
      "segment",
      "source",
      "log",
      "listen_address",
      "networks",
    ],
    types: ["transport", "decoders"],
  },
  handlers: {
    imports: ["bytes", "wire", "decoders", "segment", "log", "worker_thread", "write_all"],
    types: ["net", "session"],
  },
  keystore: { imports: ["address", "bytes", "crypto", "env", "name", "networks", "write_all"] },
  workers: {
    imports: [
      "address",
      "bytes",
      "crypto",
      "decoders",
      "segment",
      "net",
      "net_listen",
      "handlers",
      "log",
    ],
    types: ["keystore", "control"],
  },
  "web/views": { imports: ["bytes", "decoders", "handlers", "segment", "worker_thread"] },
  control: {
    imports: [
      "address",
      "bytes",
      "crypto",
      "decoders",
      "env",
      "handlers",
      "log",
      "net",
      "segment",
      "write_all",
      "web/views",
    ],
    types: ["keystore"],
  },
  fleet: {
    imports: [
      "address",
      "bytes",
      "control",
      "crypto",
      "env",
      "keystore",
      "log",
      "name",
      "networks",
      "write_all",
    ],
    types: ["net"],
  },
  web: { imports: ["address", "control", "log", "web/views"] },
  // It runs in browsers.
  "web/page": {
    imports: ["control/operations", "web/views/protocol", "wire/keysyms"],
    types: ["control"],
    externals: ["preact", "@preact/signals", "@xterm"],
  },
  cli: {
    imports: [
      "mod",
      // `mod` and `control/mod` load more than a short command or a start needs.
      "address",
      "control/start",
      "control/socket/client",
      "control/socket/find",
      "crypto/mod",
      "env",
      "keystore_warning",
      "listen_address",
      "log",
      "name",
      "networks",
      "start",
      "handlers/mod",
      "keystore/mod",
      "workers/mod",
      "control/mod",
      "web/mod",
      "fleet/mod",
    ],
  },
};

/** Files that every folder may import. */
export const FOR_ALL: readonly string[] = ["errors", "limits"];

/**
 * What the start of a command must not load, because it takes time and few uses need it: files, folders
 * and packages, which `await import()` may load later.
 */
export const NOT_AT_START: { readonly [entry: string]: readonly string[] } = {
  "main.ts": ["lib/mod.ts", "lib/cli/listen.ts", "keystore/"],
  "lib/cli/keystore.ts": ["lib/mod.ts", "lib/net/", "lib/segment/", "lib/fleet/"],
  "lib/cli/ctl.ts": ["lib/mod.ts", "lib/net/listener.ts", "lib/segment/", "lib/fleet/"],
  "lib/cli/listen.ts": [
    "lib/mod.ts",
    "lib/fleet/",
    "@nats-io/",
    "lib/control/mod.ts",
    "lib/workers/",
    "lib/web/mod.ts",
    "lib/web/views/views.ts",
    "lib/handlers/view/viewer.ts",
  ],
};

/** Words that pure code does not have, outside of comments and texts. */
export const IMPURE: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: "Deno", pattern: /(?<![.\w])Deno\b/ },
  { name: "Date", pattern: /(?<![.\w])Date\b/ },
  { name: "performance", pattern: /(?<![.\w])performance\b/ },
  { name: "crypto", pattern: /(?<![.\w])(?:globalThis\.)?crypto\.\w/ },
  { name: "Math.random", pattern: /\bMath\.random\b/ },
  { name: "timers", pattern: /(?<![.\w])(?:set|clear)(?:Timeout|Interval)\b/ },
  { name: "queueMicrotask", pattern: /(?<![.\w])queueMicrotask\b/ },
  { name: "console", pattern: /(?<![.\w])console\b/ },
  { name: "fetch", pattern: /(?<![.\w])fetch\(/ },
  { name: "async", pattern: /(?<![.\w"])async\b(?!\s*[:,}])/ },
  { name: "await", pattern: /(?<![.\w"])await\b/ },
];
