/**
 * Checks that imports run one way, without circles of files, that commands start without what they do not
 * need, and that the pure folders are pure: `deno task check:layers`.
 *
 * @module
 */

import type { Layer } from "./layers.ts";
import { FOR_ALL, IMPURE, LAYERS, NOT_AT_START } from "./layers.ts";
import { stripSource } from "./strip_source.ts";

const ROOT = new URL("../..", import.meta.url);
/** A worker is an entry point of its own. */
const ENTRY_POINTS = [
  "main.ts",
  "lib/mod.ts",
  "lib/handlers/mod.ts",
  "keystore/mod.ts",
  "lib/decoders/h264/worker/worker.ts",
  "lib/handlers/pictures/worker.ts",
  "lib/web/views/worker.ts",
  "lib/cli/workers/worker.ts",
  "lib/web/page/main.tsx",
] as const;
/** Compiled to WebAssembly; no module of ours. */
const OTHER_LANGUAGE = "/simd/assembly/";

/** One import of a file, as `deno info` tells it. */
export interface Import {
  readonly specifier: string;
  /** The file, relative to the project; absent for packages and built-in modules. */
  readonly path: string | undefined;
  readonly isTypeOnly: boolean;
  /** Whether it is `import()`, which loads it later. */
  readonly isDynamic: boolean;
}

/** Which files there are and what they import. */
export type Graph = ReadonlyMap<string, readonly Import[]>;

/**
 * Finds imports that the table does not allow.
 *
 * @param graph All files.
 * @returns One line for each.
 */
export function checkImports(graph: Graph): string[] {
  const faults: string[] = [];
  for (const [file, imports] of graph) {
    const from = layerOf(file);
    // Files beside the folders wire everything together.
    if (!file.includes("/") || from === undefined || isBesideFolders(file)) continue;
    const layer = LAYERS[from];
    if (layer === undefined) {
      faults.push(`${file}: the folder ${from} is not in the table`);
      continue;
    }
    for (const each of imports) {
      const fault = checkImport(from, layer, each);
      if (fault !== undefined) faults.push(`${file}: ${fault}`);
    }
  }
  return faults;
}

function checkImport(from: string, layer: Layer, each: Import): string | undefined {
  if (each.path === undefined) {
    const { externals } = layer;
    const isAllowed = externals === undefined ||
      externals.some((name) => each.specifier === name || each.specifier.startsWith(`${name}/`));
    return isAllowed ? undefined : `${from} must not use ${each.specifier}`;
  }
  const to = layerOf(each.path);
  if (to === undefined || to === from || FOR_ALL.includes(to) || layer.imports.includes(to)) {
    return undefined;
  }
  if (layer.imports.includes(each.path.replace(/^lib\//, "").replace(/\.ts$/, ""))) {
    return undefined;
  }
  if (!layer.types?.includes(to)) return `${from} must not import ${each.path}`;
  return each.isTypeOnly ? undefined : `${from} may import types alone of ${each.path}`;
}

/**
 * Finds circles of files, imports of types included (Tarjan's strongly connected components).
 *
 * @param graph All files.
 * @returns One line for each circle, with its files.
 */
export function checkCircles(graph: Graph): string[] {
  const faults: string[] = [];
  const depths = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const visit = (file: string): void => {
    depths.set(file, depths.size);
    lowest.set(file, depths.get(file)!);
    path.push(file);
    for (const { path: next } of graph.get(file) ?? []) {
      if (next === undefined || !graph.has(next)) continue;
      if (!depths.has(next)) visit(next);
      if (path.includes(next)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(next)!));
    }
    if (lowest.get(file) !== depths.get(file)) return;
    const circle = path.splice(path.indexOf(file));
    const importsItself = graph.get(file)!.some((each) => each.path === file);
    if (circle.length > 1 || importsItself) {
      faults.push(`${circle.join(", ")}: a circle of imports`);
    }
  };
  for (const file of graph.keys()) if (!depths.has(file)) visit(file);
  return faults;
}

/**
 * Finds what commands load at their start and must not.
 *
 * @param graph All files.
 * @returns One line for each entry and what it must not load, with the imports that lead there.
 */
export function checkStarts(graph: Graph): string[] {
  const faults: string[] = [];
  for (const [entry, needless] of Object.entries(NOT_AT_START)) {
    const loaded = loadedAtStart(graph, entry);
    for (const place of needless) {
      const file = [...loaded.keys()].find((file) => file === place || file.startsWith(place));
      if (file === undefined) continue;
      faults.push(`${loaded.get(file)!.join(" > ")}: the start must not load ${place}`);
    }
  }
  return faults;
}

/** What an entry imports statically, each with a shortest chain of imports to it. */
function loadedAtStart(graph: Graph, entry: string): Map<string, readonly string[]> {
  const chains = new Map<string, readonly string[]>([[entry, [entry]]]);
  // Files that are added meanwhile are visited as well.
  for (const [file, chain] of chains) {
    for (const { path, specifier, isTypeOnly, isDynamic } of graph.get(file) ?? []) {
      const next = path ?? specifier;
      if (!isTypeOnly && !isDynamic && !chains.has(next)) chains.set(next, [...chain, next]);
    }
  }
  return chains;
}

/**
 * Finds words that pure code must not have.
 *
 * @param file The file, relative to the project.
 * @param source Its content.
 * @returns One line for each.
 */
export function checkPurity(file: string, source: string): string[] {
  if (!LAYERS[layerOf(file) ?? ""]?.isPure) return [];
  return stripSource(source).split("\n").flatMap((line, i) =>
    IMPURE.filter(({ pattern }) => pattern.test(line))
      .map(({ name }) => `${file}:${i + 1}: pure code has no ${name}: ${line.trim()}`)
  );
}

/**
 * The innermost folder of the table that holds a file of `lib` or the keystore; its folder directly in
 * `lib` where the table has none, its name where it stands beside the folders.
 */
function layerOf(file: string): string | undefined {
  const [top, next, ...deeper] = file.split("/");
  if (top === "keystore") return top;
  if (top !== "lib" || next === undefined) return undefined;
  if (deeper.length === 0) return next.replace(/\.ts$/, "");
  const folders = [next, ...deeper.slice(0, -1)];
  for (let depth = folders.length; depth > 1; depth--) {
    const folder = folders.slice(0, depth).join("/");
    if (folder in LAYERS) return folder;
  }
  return next;
}

function isBesideFolders(file: string): boolean {
  return /^lib\/[^/]+$/.test(file);
}

/** Asks Deno what the entry points import, and what that imports. */
async function readGraph(): Promise<Graph> {
  const graph = new Map<string, readonly Import[]>();
  for (const entry of ENTRY_POINTS) {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", entry],
      cwd: ROOT,
      stderr: "inherit",
    });
    const { stdout, success } = await command.output();
    if (!success) throw new Error(`deno info ${entry} failed`);
    for (const { specifier, dependencies } of readModules(stdout)) {
      const path = toPath(specifier);
      if (path !== undefined) graph.set(path, (dependencies ?? []).map(toImport));
    }
  }
  return graph;
}

interface InfoModule {
  readonly specifier: string;
  readonly dependencies?: readonly InfoDependency[];
}

interface InfoDependency {
  readonly specifier: string;
  readonly code?: { readonly specifier?: string };
  readonly type?: { readonly specifier?: string };
  readonly isDynamic?: boolean;
}

function readModules(json: Uint8Array): readonly InfoModule[] {
  return (JSON.parse(new TextDecoder().decode(json)) as { modules: InfoModule[] }).modules;
}

function toImport({ specifier, code, type, isDynamic = false }: InfoDependency): Import {
  const path = toPath((code ?? type)?.specifier ?? "");
  return { specifier, path, isTypeOnly: code === undefined, isDynamic };
}

function toPath(specifier: string): string | undefined {
  return specifier.startsWith(ROOT.href) ? specifier.slice(ROOT.href.length) : undefined;
}

function* listFiles(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
    if (isDirectory) yield* listFiles(`${folder}${name}/`);
    else if (/\.tsx?$/.test(name)) yield `${folder}${name}`;
  }
}

async function main(): Promise<number> {
  const graph = await readGraph();
  const files = [...listFiles("lib/"), ...listFiles("keystore/")]
    .filter((file) => !file.includes(OTHER_LANGUAGE));
  const faults = [
    ...checkImports(graph),
    ...checkCircles(graph),
    ...checkStarts(graph),
    ...files.flatMap((file) => checkPurity(file, Deno.readTextFileSync(new URL(file, ROOT)))),
    ...files.filter((file) => !graph.has(file)).map((file) => `${file}: no entry point reaches it`),
  ];
  for (const fault of faults.sort()) console.error(fault);
  console.log(`${files.length} files, ${faults.length} faults`);
  return faults.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
