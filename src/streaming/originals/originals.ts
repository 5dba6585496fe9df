import { abortWith } from '../../core/abort-with.js';
import type { Box } from '../../core/box.js';
import { UsageError } from '../../core/errors.js';
import { shown } from '../../core/extension.js';
import { allowedNumbers, readNumber, type NumberRule } from '../../core/number-rule.js';
import {
  noOriginal,
  type FollowedUnit,
  type FoundOriginal,
  type NoOriginal,
  type Original,
  type OriginalFinder,
  type OriginalRef,
  type OriginalRequest,
  type UnitFollower,
} from './answer.js';
import { jpegOf, unchangedJpeg } from './jpeg-of.js';
import { Followers } from './followers.js';
import type { KeepLimits } from './kept-units.js';
import { Turns } from './turns.js';

export type OriginalsOptions = Partial<KeepLimits> & {
  /** Limits for one stream, in place of those for all; asked when its source starts. */
  readonly limitsOf?: (streamId: string) => Partial<KeepLimits>;
  /** Pictures decoded at once, over all streams; of one stream, always one. Default 2. */
  readonly atOnce?: number;
  /** Requests that may wait beyond those. Default 16. */
  readonly maxWaiting?: number;
  /** The longest time for one picture, in milliseconds, without its wait. Default 10 s. */
  readonly timeoutMs?: number;
};

/** The pictures of streams at the resolution of their sources, on demand. It belongs to the program: close it. */
export type Originals = AsyncDisposable & {
  /**
   * A picture, or the part of it inside a box, as a JPEG at the resolution of its source. It is exactly the picture of
   * that frame, upright as a person sees it. Without a picture, the answer has a reason.
   * @throws UsageError if the request is malformed; the reason of the request's signal if that aborts
   */
  jpeg(picture: OriginalRef, request?: OriginalRequest): Promise<Original | NoOriginal>;
  /**
   * Adds a stream; sources call it themselves. A later stream of the same name replaces it.
   * @returns removes it, and ends its requests
   */
  add(streamId: string, finder: OriginalFinder): () => void;
  /**
   * Follows the coded pictures of a stream, over every restart of its source, from its last key picture on. Without
   * followers, nothing is passed on.
   * @returns ends that
   */
  follow(streamId: string, follower: UnitFollower): () => void;
  /**
   * The coded pictures of a stream that are kept, from the last key picture at or before a time on. Whoever then
   * follows the stream gets those from the last key picture on again.
   */
  since(streamId: string, ptsMs: number): readonly FollowedUnit[];
  /** How much of a stream its source should keep. */
  limitsOf(streamId: string): KeepLimits;
  /** Ends all requests. Resolves when no decoder is left. Safe to call twice. */
  close(): Promise<void>;
};

const DEFAULT_LIMITS: KeepLimits = { keepMs: 10_000, maxBytes: 32 * 2 ** 20 };
const DEFAULT_QUALITY = 90;

const POSITIVE: NumberRule = { above: 0 };
const RULES: Readonly<Record<string, NumberRule>> = {
  keepMs: POSITIVE,
  maxBytes: POSITIVE,
  atOnce: { min: 1, isInteger: true },
  maxWaiting: { min: 0, isInteger: true },
  timeoutMs: POSITIVE,
};
const QUALITY_RULE: NumberRule = { min: 1, max: 100, isInteger: true };
const HEIGHT_RULE: NumberRule = { min: 1, isInteger: true };

type Stream = { readonly finder: OriginalFinder; readonly requests: Set<AbortController> };

/** Aborts requests; never reaches a caller. */
const ENDED = new Error('the stream has ended');
const TOO_SLOW = new Error('decoding took too long');

/**
 * Prepares a place for original pictures; pass it to sources as `originals`. Cameras then keep their newest coded
 * pictures in memory, files are read again.
 * @throws UsageError
 */
export function createOriginals(options: OriginalsOptions = {}): Originals {
  checkNumbers(options, 'originals');
  const { limitsOf, atOnce = 2, maxWaiting = 16, timeoutMs = 10_000, keepMs, maxBytes } = options;
  const limits: KeepLimits = {
    keepMs: keepMs ?? DEFAULT_LIMITS.keepMs,
    maxBytes: maxBytes ?? DEFAULT_LIMITS.maxBytes,
  };
  const turns = new Turns({ atOnce, maxWaiting });
  const streams = new Map<string, Stream>();
  const running = new Set<Promise<unknown>>();
  const following = new Followers((streamId) => streams.get(streamId)?.finder);
  let isClosed = false;

  const answer = async (
    found: FoundOriginal,
    { box, maxHeight, quality }: OriginalRequest,
    signal: AbortSignal,
  ): Promise<Original | NoOriginal> => {
    if (box === undefined && quality === undefined && maxHeight === undefined && found.file !== undefined)
      return unchangedJpeg(await found.file());
    const picture = await found.decode(signal);
    return 'pixels' in picture ? jpegOf(picture, { box, maxHeight, quality: quality ?? DEFAULT_QUALITY }) : picture;
  };

  /** One request whose turn has come. */
  const decode = async (
    found: FoundOriginal,
    request: OriginalRequest,
    ending: AbortController,
  ): Promise<Original | NoOriginal> => {
    const timer = setTimeout(() => ending.abort(TOO_SLOW), timeoutMs);
    try {
      return await answer(found, request, ending.signal);
    } catch (error) {
      if (ending.signal.reason === TOO_SLOW)
        return noOriginal('too-slow', `decoding took longer than ${timeoutMs / 1_000} s`);
      if (ending.signal.aborted) throw error;
      return noOriginal('undecodable', (error as Error).message);
    } finally {
      clearTimeout(timer);
    }
  };

  const jpeg = async (ref: OriginalRef, request: OriginalRequest = {}): Promise<Original | NoOriginal> => {
    checkRequest(ref, request);
    request.signal?.throwIfAborted();
    if (isClosed) return noOriginal('ended', 'the originals are closed');
    const stream = streams.get(ref.streamId);
    if (stream === undefined)
      return noOriginal('not-kept', `no source of stream "${ref.streamId}" has originals, or it has ended`);
    const found = stream.finder.find(ref);
    if (!('decode' in found)) return found;
    const ending = new AbortController();
    const turn = turns.run(ref.streamId, ending.signal, () => decode(found, request, ending));
    if (turn === undefined) return noOriginal('busy', `${maxWaiting} requests wait already`);
    const unlink = abortWith(ending, [request.signal]);
    stream.requests.add(ending);
    running.add(turn);
    try {
      return await turn;
    } catch (error) {
      if (error !== ENDED) throw error;
      return noOriginal('ended', `stream "${ref.streamId}" has ended`);
    } finally {
      unlink();
      stream.requests.delete(ending);
      running.delete(turn);
    }
  };

  const close = async (): Promise<void> => {
    isClosed = true;
    for (const stream of streams.values()) end(stream);
    streams.clear();
    await Promise.allSettled(running);
  };

  return {
    jpeg,
    add: (streamId, finder) => {
      const stream: Stream = { finder, requests: new Set() };
      const former = streams.get(streamId);
      if (former !== undefined) end(former);
      streams.set(streamId, stream);
      following.changed(streamId);
      return () => {
        end(stream);
        if (streams.get(streamId) !== stream) return;
        streams.delete(streamId);
        following.changed(streamId);
      };
    },
    follow: (streamId, follower) => following.add(streamId, follower),
    since: (streamId, ptsMs) => streams.get(streamId)?.finder.since?.(ptsMs) ?? [],
    limitsOf: (streamId) => {
      const own = limitsOf?.(streamId) ?? {};
      checkNumbers(own, `originals of "${streamId}"`);
      return { ...limits, ...own };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function end({ requests }: Stream): void {
  for (const request of requests) request.abort(ENDED);
}

function checkNumbers(options: object, name: string): void {
  for (const [key, value] of Object.entries(options)) {
    const rule = RULES[key];
    if (rule !== undefined && value !== undefined) checkNumber(value, rule, `${key} of ${name}`);
  }
}

function checkNumber(value: unknown, rule: NumberRule, name: string): void {
  if (typeof value !== 'number' || readNumber(value, rule) === undefined)
    throw new UsageError(`${name} must be ${allowedNumbers(rule)}, got ${shown(value)}`);
}

function checkRequest({ ptsMs }: OriginalRef, { box, maxHeight, quality }: OriginalRequest): void {
  checkNumber(ptsMs, { min: 0 }, 'ptsMs of the picture');
  if (quality !== undefined) checkNumber(quality, QUALITY_RULE, 'quality');
  if (maxHeight !== undefined) checkNumber(maxHeight, HEIGHT_RULE, 'maxHeight');
  if (box === undefined) return;
  for (const side of ['x1', 'y1', 'x2', 'y2'] satisfies (keyof Box)[]) checkNumber(box[side], {}, `${side} of the box`);
}
