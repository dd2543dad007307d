/**
 * The files of the page. They are read once, so that a running listener goes with its own page when the
 * files are replaced; a path is only looked up.
 *
 * @module
 */

import { ControlError } from "../errors.ts";

const DIRECTORY = new URL("./page/dist/", import.meta.url);
const INDEX = "index.html";
const TYPES: { readonly [extension: string]: string } = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  map: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
  woff2: "font/woff2",
};
/** A name with a hash of the content. */
const HASHED = /-[A-Z0-9]{8}\.\w+$/i;
const FOREVER = "public, max-age=31536000, immutable";

interface File {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly cacheControl: string | undefined;
  gzip: Promise<Uint8Array<ArrayBuffer>> | undefined;
}

export class StaticFiles {
  readonly #files: ReadonlyMap<string, File>;

  private constructor(files: ReadonlyMap<string, File>) {
    this.#files = files;
  }

  /** @throws {ControlError} `control-failed`. */
  static async read(directory = DIRECTORY): Promise<StaticFiles> {
    const files = new Map<string, File>();
    for await (const { name, isFile } of Deno.readDir(directory)) {
      const type = TYPES[name.split(".").at(-1)!];
      if (!isFile || type === undefined) continue;
      const bytes = await Deno.readFile(new URL(encodeURIComponent(name), directory));
      const cacheControl = HASHED.test(name) ? FOREVER : undefined;
      files.set(`/${name}`, { bytes, type, cacheControl, gzip: undefined });
    }
    const index = files.get(`/${INDEX}`);
    if (index === undefined) {
      throw new ControlError("control-failed", `${directory.pathname} has no ${INDEX}`);
    }
    return new StaticFiles(files.set("/", index));
  }

  /** @returns `undefined` when there is no such file. */
  async respond(pathname: string, { headers }: Request): Promise<Response | undefined> {
    const file = this.#files.get(pathname);
    if (file === undefined) return undefined;
    const { bytes, type, cacheControl } = file;
    const isSmall = /\bgzip\b/.test(headers.get("accept-encoding") ?? "");
    return new Response(isSmall ? await (file.gzip ??= gzip(bytes)) : bytes, {
      headers: {
        "content-type": type,
        vary: "accept-encoding",
        ...(isSmall && { "content-encoding": "gzip" }),
        ...(cacheControl && { "cache-control": cacheControl }),
      },
    });
  }
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}
