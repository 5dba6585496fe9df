import { open, type FileHandle } from 'node:fs/promises';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { byteRange } from './byte-range.js';
import { JSON_HEADERS, json, reply } from './reply.js';

/**
 * Sends a file, or the part of it that the request asks for, as fast as the client takes it. Resolves when the client
 * has it or is gone; never rejects. A file that is not there is answered with 404.
 */
export async function sendFile(response: ServerResponse, path: string, headers: OutgoingHttpHeaders): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    await sendOpen(response, file, headers);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      reply(response, 404, { error: 'the file has been removed' });
    else reply(response, 500, { error: 'the file cannot be read' });
  } finally {
    await file?.close().catch(() => undefined);
  }
}

async function sendOpen(response: ServerResponse, file: FileHandle, headers: OutgoingHttpHeaders): Promise<void> {
  const { req: request } = response;
  const stat = await file.stat();
  if (!stat.isFile()) throw new Error('not a file');
  const { size, mtimeMs } = stat;
  const etag = `"${size}-${Math.round(mtimeMs)}"`;
  const ifRange = request.headers['if-range'];
  const isSame = ifRange === undefined || ifRange === etag;
  const range = isSame ? byteRange(request.headers.range, size) : undefined;
  if (range === 'unsatisfiable') {
    response.writeHead(416, { ...JSON_HEADERS, 'content-range': `bytes */${size}` });
    response.end(request.method === 'HEAD' ? undefined : json({ error: `the file has ${size} bytes` }));
    return;
  }
  const { first, last } = range ?? { first: 0, last: size - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    'accept-ranges': 'bytes',
    etag,
    'content-length': last - first + 1,
    ...(range !== undefined && { 'content-range': `bytes ${first}-${last}/${size}` }),
  });
  if (request.method === 'HEAD' || first > last) response.end();
  else await pipeline(file.createReadStream({ start: first, end: last, autoClose: false }), response);
}
