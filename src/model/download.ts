import { constants } from 'node:fs';
import { open, readFile, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { ModelError, OutputError } from '../core/errors.js';
import { cannotWrite } from '../files/output-failure.js';
import { ConnectionLost, StallWatch } from './stall-watch.js';

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
  /** Refuse a file of another stated size before fetching it. */
  readonly expectedBytes?: number;
  /** The longest time without data; then the connection counts as lost. Default: 30 s. */
  readonly stallMs?: number;
  /** End a file of unstated size that grows beyond it. */
  readonly mostBytes: number;
};

/** A broken connection is resumed at once, at most this often, and only after an attempt that brought data. */
const MAX_ATTEMPTS = 5;
const MOST_REDIRECTS = 5;
/** Windows has no such flag. */
const NO_LINK = (constants as Partial<typeof constants>).O_NOFOLLOW ?? 0;

/**
 * Fetches `url` into `path`, and continues the part of an earlier call if the server can and its file is unchanged
 * (Range with If-Range, RFC 9110 §13.1.5). `path.validator` keeps the evidence for that: call {@link clearDownload} in
 * the end.
 * @throws ModelError if the server cannot be reached or does not give the file; OutputError if it cannot be written
 */
export async function download(url: string, path: string, options: DownloadOptions): Promise<void> {
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

async function fetchRest(url: string, path: string, have: number, options: DownloadOptions): Promise<void> {
  const stall = new StallWatch(options.stallMs, options.signal);
  try {
    await fetchWatched(url, path, have, options, stall);
  } finally {
    stall.end();
  }
}

async function fetchWatched(
  url: string,
  path: string,
  have: number,
  options: DownloadOptions,
  stall: StallWatch,
): Promise<void> {
  const validator = await readFile(validatorPath(path), 'utf8').catch(() => undefined);
  const canResume = have > 0;
  const response = await request(
    url,
    {
      ...(canResume ? { range: `bytes=${have}-`, ...(validator === undefined ? {} : { 'if-range': validator }) } : {}),
      // Ranges of a compressed response would count other bytes.
      'accept-encoding': 'identity',
    },
    stall,
    options.fetch ?? globalThis.fetch,
  );

  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  if (response.status === 416 && canResume) {
    await response.body?.cancel();
    // The whole file was there already; a response with another status is no part of this file.
    if (Number(range?.[2]) === have) return;
    await clearDownload(path, { withFile: true });
    return fetchWatched(url, path, 0, options, stall);
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
    await save(response.body, file, { start, totalBytes, path, stall }, options);
    // Its caller renames the file: after a power cut, the new name must not stand for missing content.
    await file.sync().catch((cause: unknown) => {
      throw notWritten(path, cause);
    });
  } finally {
    await file.close();
  }
}

/** Follows redirects, but never from https to a connection that others can read and change. */
async function request(
  url: string,
  headers: Record<string, string>,
  stall: StallWatch,
  fetch: typeof globalThis.fetch,
): Promise<Response> {
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await fetch(url, { headers, redirect: 'manual', signal: stall.signal }).catch((cause: unknown) => {
      throw stall.lost('no answer', cause);
    });
    stall.heard();
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    const target = URL.canParse(location, url) ? new URL(location, url) : undefined;
    const allowed = new URL(url).protocol === 'https:' ? ['https:'] : ['https:', 'http:'];
    if (target === undefined || !allowed.includes(target.protocol))
      throw new ModelError(`the server redirects to ${location}; only ${allowed.join(' and ')} addresses are followed`);
    url = target.href;
  }
  throw new ModelError(`the server redirects more than ${MOST_REDIRECTS} times`);
}

async function openAt(path: string, start: number, validator: string | undefined): Promise<FileHandle> {
  try {
    // Never through a link, which somebody else may have put there.
    if (start > 0) return await open(path, constants.O_RDWR | NO_LINK);
    const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | NO_LINK);
    if (validator === undefined) await clearDownload(path);
    else await writeFile(validatorPath(path), validator);
    return file;
  } catch (cause) {
    throw notWritten(path, cause);
  }
}

type Saving = {
  readonly start: number;
  readonly totalBytes: number | undefined;
  readonly path: string;
  readonly stall: StallWatch;
};

async function save(
  body: AsyncIterable<Uint8Array>,
  file: FileHandle,
  { start, totalBytes, path, stall }: Saving,
  { onProgress, mostBytes }: DownloadOptions,
): Promise<void> {
  let receivedBytes = start;
  const report = (): void => onProgress?.({ receivedBytes, ...(totalBytes === undefined ? {} : { totalBytes }) });
  report();
  const chunks = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch((cause: unknown) => {
      throw stall.lost('the connection broke off', cause);
    });
    if (next.done === true) break;
    stall.heard();
    if (receivedBytes + next.value.length > mostBytes) {
      await chunks.return?.();
      await clearDownload(path, { withFile: true });
      throw new ModelError(`the server sends more than the ${mostBytes} bytes that the file may have`);
    }
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
  return (cause as NodeJS.ErrnoException).code === 'ELOOP'
    ? new OutputError(`cannot write ${path}: it is a link; remove it and run again`, { cause })
    : cannotWrite(path, cause);
}
