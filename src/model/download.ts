import { open, readFile, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { ModelError, OutputError } from '../core/errors.js';

export type DownloadProgress = {
  readonly receivedBytes: number;
  /** Absent until the server states it. */
  readonly totalBytes?: number;
};

export type DownloadOptions = {
  /** Default: Node's own. */
  readonly fetch?: typeof globalThis.fetch;
  /** Ends the download with the signal's reason; the received part stays for the next attempt. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Refuse a file of another size before fetching it. */
  readonly expectedBytes?: number;
  /**
   * The caller checks the content, so a part may be continued even if the server cannot confirm that the file is
   * unchanged.
   */
  readonly isContentChecked?: boolean;
};

/** A broken connection is resumed at once, at most this often, and only after an attempt that brought data. */
const MAX_ATTEMPTS = 5;

/**
 * Fetches `url` into `path`, and continues the part of an earlier call if the server can and its file is unchanged
 * (Range with If-Range, RFC 9110 §13.1.5). `path.validator` keeps the evidence for that: call {@link clearDownload} in
 * the end.
 * @throws ModelError if the server cannot be reached or does not give the file; OutputError if it cannot be written
 */
export async function download(url: string, path: string, options: DownloadOptions = {}): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const before = await sizeOf(path);
    try {
      await fetchRest(url, path, before, options);
      return;
    } catch (error) {
      options.signal?.throwIfAborted();
      const hasProgressed = (await sizeOf(path)) > before;
      if (!(error instanceof ConnectionLost) || attempt === MAX_ATTEMPTS || !hasProgressed) {
        throw error instanceof ConnectionLost ? unreachable(error) : error;
      }
    }
  }
}

/** Removes the file that {@link download} keeps beside it; `withFile` removes the file as well. */
export async function clearDownload(path: string, { withFile = false } = {}): Promise<void> {
  await rm(validatorPath(path), { force: true });
  if (withFile) await rm(path, { force: true });
}

/** A network error, so another attempt makes sense. */
class ConnectionLost extends Error {}

async function fetchRest(url: string, path: string, have: number, options: DownloadOptions): Promise<void> {
  const validator = await readFile(validatorPath(path), 'utf8').catch(() => undefined);
  const canResume = have > 0 && (validator !== undefined || options.isContentChecked === true);
  const response = await request(
    url,
    {
      ...(canResume ? { range: `bytes=${have}-`, ...(validator === undefined ? {} : { 'if-range': validator }) } : {}),
      // Ranges of a compressed response would count other bytes.
      'accept-encoding': 'identity',
    },
    options,
  );

  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  if (response.status === 416 && canResume) {
    await response.body?.cancel();
    // The whole file was there already; a response with another status is no part of this file.
    if (Number(range?.[2]) === have) return;
    await clearDownload(path, { withFile: true });
    return fetchRest(url, path, 0, options);
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new ModelError(`the server answered ${response.status} ${response.statusText}`.trimEnd());
  }
  const isRest = response.status === 206 && Number(range?.[1]) === have;
  if (response.status === 206 && !isRest) {
    await response.body.cancel();
    throw new ModelError(
      `the server sent another part than the requested one (${response.headers.get('content-range') ?? 'no Content-Range'})`,
    );
  }
  const start = isRest ? have : 0;
  const length = response.headers.get('content-length');
  const totalBytes = length === null ? undefined : start + Number(length);
  const { expectedBytes } = options;
  if (expectedBytes !== undefined && totalBytes !== undefined && totalBytes !== expectedBytes) {
    await response.body.cancel();
    throw new ModelError(`the server has ${totalBytes} bytes, not the ${expectedBytes} that the zoo states`);
  }
  const file = await openAt(path, start, validatorOf(response));
  try {
    await save(response.body, file, start, totalBytes, path, options);
  } finally {
    await file.close();
  }
}

async function request(
  url: string,
  headers: Record<string, string>,
  { fetch = globalThis.fetch, signal }: DownloadOptions,
): Promise<Response> {
  try {
    return await fetch(url, { headers, ...(signal === undefined ? {} : { signal }) });
  } catch (cause) {
    throw new ConnectionLost('no answer', { cause });
  }
}

async function openAt(path: string, start: number, validator: string | undefined): Promise<FileHandle> {
  try {
    if (start > 0) return await open(path, 'r+');
    const file = await open(path, 'w');
    if (validator === undefined) await clearDownload(path);
    else await writeFile(validatorPath(path), validator);
    return file;
  } catch (cause) {
    throw notWritten(path, cause);
  }
}

async function save(
  body: AsyncIterable<Uint8Array>,
  file: FileHandle,
  start: number,
  totalBytes: number | undefined,
  path: string,
  { onProgress }: DownloadOptions,
): Promise<void> {
  let receivedBytes = start;
  const report = (): void => onProgress?.({ receivedBytes, ...(totalBytes === undefined ? {} : { totalBytes }) });
  report();
  const chunks = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch((cause: unknown) => {
      throw new ConnectionLost('the connection broke off', { cause });
    });
    if (next.done === true) break;
    try {
      await writeAll(file, next.value, receivedBytes);
    } catch (cause) {
      await chunks.return?.();
      throw notWritten(path, cause);
    }
    receivedBytes += next.value.length;
    report();
  }
  if (totalBytes !== undefined && receivedBytes < totalBytes)
    throw new ConnectionLost(`the connection ended after ${receivedBytes} of ${totalBytes} bytes`);
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

/** The evidence, for the next request, that the file is unchanged; a weak ETag proves nothing about bytes. */
function validatorOf({ headers }: Response): string | undefined {
  const etag = headers.get('etag');
  return etag !== null && !etag.startsWith('W/') ? etag : (headers.get('last-modified') ?? undefined);
}

function validatorPath(path: string): string {
  return `${path}.validator`;
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function unreachable(error: ConnectionLost): ModelError {
  // fetch reports "fetch failed" and keeps the reason in its cause.
  const cause = (error.cause as Error | undefined)?.cause ?? error.cause;
  return new ModelError(cause instanceof Error ? `${error.message} (${cause.message})` : error.message, {
    cause: error,
  });
}

function notWritten(path: string, cause: unknown): OutputError {
  const isFull = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
  return new OutputError(
    `cannot write ${path}: ${isFull ? 'the disk is full; make room and run again' : (cause as Error).message}`,
    { cause },
  );
}
