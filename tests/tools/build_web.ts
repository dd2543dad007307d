// Bundles the page that browsers show; with --check, compares with what is committed.
//
// The bundler is no dependency of the project: it runs outside the lock file, its version is exact, and
// the comparison tells whether it gave other bytes.

import { dirname } from "node:path";
import { gzipSync } from "node:zlib";

const BUNDLER = "npm:esbuild@0.28.2";

/** What is used of the bundler. */
interface Bundler {
  build(options: Readonly<Record<string, unknown>>): Promise<{
    readonly outputFiles: readonly { readonly path: string; readonly contents: Uint8Array }[];
  }>;
}

const PAGE = new URL("../../lib/web/page/", import.meta.url);
const DIST = new URL("dist/", PAGE);
/** What browsers load at most, in bytes after gzip: on opening, and with everything that comes later. */
const LIMITS = { first: 50_000, all: 250_000 };
const BROWSERS = ["chrome120", "firefox120", "safari17"];

const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", PAGE))) as {
  imports: Readonly<Record<string, string>>;
};
const workspace = await linkWorkspace();

const { build }: Bundler = await import(BUNDLER);
const result = await build({
  absWorkingDir: workspace,
  preserveSymlinks: true,
  entryPoints: {
    main: "project/lib/web/page/main.tsx",
    page: "project/lib/web/page/page.css",
    icon: "project/lib/web/page/icon.svg",
  },
  outdir: "dist",
  write: false,
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  charset: "utf8",
  legalComments: "eof",
  target: BROWSERS,
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".svg": "copy" },
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  logLevel: "warning",
});

await Deno.remove(workspace, { recursive: true });
const files = new Map<string, Uint8Array>();
for (const { path, contents } of result.outputFiles) files.set(path.split("/").at(-1)!, contents);
files.set("index.html", await indexPage([...files.keys()]));
const isCheck = Deno.args.includes("--check");
const faults = isCheck ? await differences() : [];
if (!isCheck) await write();
faults.push(...report());
for (const fault of faults) console.error(fault);
Deno.exit(faults.length === 0 ? 0 : 1);

/**
 * Makes a folder with links to the project and to the packages in the cache of Deno. The bundler hashes the
 * paths of its inputs into the names of its files: under these links they are the same on every machine.
 */
async function linkWorkspace(): Promise<string> {
  await run("install", "--quiet", "--no-lock", "--entrypoint", "main.tsx");
  const { npmCache } = JSON.parse(await run("info", "--json")) as { npmCache: string };
  const folder = await Deno.makeTempDir();
  await Deno.symlink(decodeURIComponent(new URL("../../../", PAGE).pathname), `${folder}/project`);
  for (const [name, specifier] of Object.entries(imports)) {
    const version = specifier.slice(`npm:${name}@`.length);
    const link = `${folder}/node_modules/${name}`;
    await Deno.mkdir(dirname(link), { recursive: true });
    await Deno.symlink(`${npmCache}/registry.npmjs.org/${name}/${version}`, link);
  }
  return folder;
}

async function run(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: PAGE })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** The page that loads the others, with their names. */
async function indexPage(names: readonly string[]): Promise<Uint8Array> {
  const template = await Deno.readTextFile(new URL("index.html", PAGE));
  const page = template.replaceAll(/(\w+)-HASH(\.\w+)/g, (_, name: string, extension: string) => {
    const found = names.find((each) => each.startsWith(`${name}-`) && each.endsWith(extension));
    if (found === undefined) throw new Error(`the bundle has no ${name}${extension}`);
    return found;
  });
  return new TextEncoder().encode(page);
}

async function differences(): Promise<string[]> {
  const committed = new Set<string>();
  for await (const { name } of Deno.readDir(DIST)) committed.add(name);
  const names = new Set([...committed, ...files.keys()]);
  const advice = "run `deno task build:web`";
  const found: string[] = [];
  for (const name of names) {
    const built = files.get(name);
    if (built === undefined) found.push(`dist/${name} is not made by the sources; ${advice}`);
    else if (!committed.has(name)) found.push(`dist/${name} is missing; ${advice}`);
    else if ((await Deno.readFile(new URL(name, DIST))).toBase64() !== built.toBase64()) {
      found.push(`dist/${name} is not what the sources build; ${advice}`);
    }
  }
  return found;
}

async function write(): Promise<void> {
  await Deno.remove(DIST, { recursive: true }).catch(() => {});
  await Deno.mkdir(DIST);
  for (const [name, contents] of files) await Deno.writeFile(new URL(name, DIST), contents);
}

/** Prints the sizes. @returns What is too large. */
function report(): string[] {
  const sizes = new Map([...files].map(([name, contents]) => [name, gzipSync(contents).length]));
  for (const [name, size] of [...sizes].sort()) {
    console.log(`${name}: ${files.get(name)!.length} bytes, ${size} after gzip`);
  }
  const first = firstLoaded().reduce((sum, name) => sum + sizes.get(name)!, 0);
  const all = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  console.log(`${first} bytes after gzip on opening, ${all} with everything`);
  const faults: string[] = [];
  if (first > LIMITS.first) faults.push(`${first} bytes on opening, the most is ${LIMITS.first}`);
  if (all > LIMITS.all) faults.push(`${all} bytes in all, the most is ${LIMITS.all}`);
  return faults;
}

/** The files that the page loads before anything is clicked. */
function firstLoaded(): string[] {
  const text = (name: string) => new TextDecoder().decode(files.get(name));
  const found = new Set(["index.html"]);
  for (const name of found) {
    for (const other of files.keys()) {
      // A dynamic import comes later; it is written with a parenthesis.
      const isFirst = name.endsWith(".html") ? text(name).includes(other) : name.endsWith(".js") &&
        new RegExp(`(?:from|import)"\\./${RegExp.escape(other)}"`).test(text(name));
      if (isFirst) found.add(other);
    }
  }
  return [...found];
}
