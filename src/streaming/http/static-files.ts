import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { PAGE_HEADERS } from './page-headers.js';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The files of a page, read once; only these are ever served. */
export class StaticFiles {
  readonly #files = new Map<string, { readonly type: string; readonly bytes: Buffer }>();

  /**
   * @param folder its `index.html` is served at `/`, the others by their names
   * @param shared code and styles that the folder's files use from elsewhere, by path
   */
  constructor(folder: URL, shared: Readonly<Record<string, URL>> = {}) {
    for (const name of readdirSync(folder)) {
      const type = CONTENT_TYPES[extname(name)];
      if (type !== undefined)
        this.#files.set(name === 'index.html' ? '/' : `/${name}`, { type, bytes: readFileSync(new URL(name, folder)) });
    }
    for (const [path, file] of Object.entries(shared))
      this.#files.set(path, { type: CONTENT_TYPES[extname(path)], bytes: readFileSync(file) });
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** @returns whether there is such a file */
  answer(path: string, response: ServerResponse): boolean {
    const file = this.#files.get(path);
    if (file === undefined) return false;
    response.writeHead(200, { ...PAGE_HEADERS, 'content-type': file.type, 'content-length': file.bytes.length });
    response.end(response.req.method === 'HEAD' ? undefined : file.bytes);
    return true;
  }
}
