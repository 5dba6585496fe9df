import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export type FileServer = {
  readonly url: string;
  /** Headers of every request so far. */
  readonly requests: readonly IncomingHttpHeaders[];
  /** Breaks every connection. */
  readonly cut: () => void;
  close(): Promise<void>;
};

export type Serving = {
  readonly body: Uint8Array;
  readonly status?: number;
  readonly etag?: string;
  /** Supports Range requests; otherwise it sends the whole file. `wrong`: with another part than requested. */
  readonly ranges?: boolean | 'wrong';
  /** Omits the length of the file. */
  readonly chunked?: boolean;
  /** Breaks the connection instead of responding. */
  readonly refused?: boolean;
  /** Sends this many bytes, then nothing more, and keeps the connection open. */
  readonly stallAfter?: number;
  /** Sends the client elsewhere. */
  readonly redirect?: string;
};

/** A local server of one file; `serving` decides the response to each request, counted from 0. */
export async function fileServer(serving: (request: number) => Serving): Promise<FileServer> {
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    const {
      body,
      status,
      etag,
      ranges = true,
      chunked = false,
      refused = false,
      stallAfter,
      redirect,
    } = serving(requests.length);
    requests.push(request.headers);
    if (refused) {
      request.socket.destroy();
      return;
    }
    if (redirect !== undefined) {
      response.writeHead(302, { location: redirect }).end();
      return;
    }
    const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
    const from =
      ranges === 'wrong'
        ? 1
        : ranges && isSame
          ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
          : 0;
    if (from > 0 && from >= body.length) {
      response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
      return;
    }
    const rest = body.subarray(from);
    response.writeHead(status ?? (from > 0 ? 206 : 200), {
      ...(chunked ? {} : { 'content-length': rest.length }),
      ...(etag === undefined ? {} : { etag }),
      ...(from > 0 ? { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
    });
    if (stallAfter !== undefined) response.write(rest.subarray(0, stallAfter));
    else response.end(rest);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/m.onnx`,
    requests,
    cut: () => server.closeAllConnections(),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
