import type { IncomingMessage } from 'node:http';
import type { SchedulerLike, Subscription } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { UnitStream, UnitStreamEnd, UnitStreamEvents, UntimedArrival } from '../../core/coded-unit.js';
import { Authenticator } from '../rtsp/dialogue/authentication.js';
import { recognise, type Piece } from '../http-content/answer-start.js';
import type { HttpContent } from '../http-content/content.js';
import { timeoutFailure } from '../rtsp/failure.js';
import { separateCredentials } from '../sources/camera/credentials.js';
import { endsAsJpeg, isJpeg } from './jpeg.js';
import { MAX_PART_BYTES, MultipartReader } from './multipart.js';
import { isUnixMs, partTimes } from './part-time.js';
import { PictureRequest } from './picture-request.js';
import { snapshotMemory, type SnapshotMemory } from './snapshot-memory.js';

export type HttpPicturesOptions = {
  readonly clock: Clock;
  readonly scheduler: SchedulerLike;
  /** A camera that does not respond for this long is away. After the start of a response, the caller judges silence. */
  readonly timeoutMs: number;
  /** Interval between requests, if each answer is one picture; the next request waits for a slower answer. */
  readonly snapshotIntervalMs: number;
};

/**
 * Reads a camera that sends JPEGs over HTTP or HTTPS, over all its connections: one endless answer
 * (`multipart/x-mixed-replace`), or one picture in each answer (`image/jpeg`), which it then requests repeatedly. It
 * emits a picture with its last byte. Times are the camera's if it gives one for each picture (`X-Timestamp`), else
 * those of arrival.
 *
 * A stream ends as `unsupported` if the answer is of any other kind.
 */
export class HttpPictureReader {
  readonly #target: URL | undefined;
  readonly #options: HttpPicturesOptions;
  readonly #authenticator: Authenticator;
  readonly #snapshots: SnapshotMemory = snapshotMemory();
  readonly #notices = new Set<string>();

  /** @param url of `http` or `https`, with credentials as typed */
  constructor(url: string, options: HttpPicturesOptions) {
    const { url: bare, credentials } = separateCredentials(url.trim());
    this.#target = URL.canParse(bare) && /^https?:$/.test(new URL(bare).protocol) ? new URL(bare) : undefined;
    this.#options = options;
    this.#authenticator = new Authenticator(credentials);
  }

  /** Connects. One connection at a time. */
  open(events: UnitStreamEvents): UnitStream {
    return new HttpPictures(this.#target, this.#options, this.#authenticator, this.#snapshots, {
      ...hooksOf(events),
      onNotice: (text) => {
        if (this.#notices.has(text)) return;
        this.#notices.add(text);
        events.onNotice(text);
      },
    });
  }
}

const HUNG_UP: UnitStreamEnd = { kind: 'lost', reason: 'the camera ended the stream' };

/** The end of a stream that consists of other things than JPEGs. */
function otherContent(content: Exclude<HttpContent, { readonly kind: 'multipart' | 'snapshot' }>): UnitStreamEnd {
  switch (content.kind) {
    case 'hls':
    case 'dash':
      return { kind: 'unsupported', reason: 'the address gives a playlist', content: content.kind };
    case 'mjpeg':
      return {
        kind: 'unsupported',
        reason: 'the camera answers with JPEGs that have nothing between them',
        content: content.kind,
      };
    case 'recording':
      return { kind: 'unsupported', reason: 'the address gives a video file', content: content.kind };
    case 'page':
      return { kind: 'refused', reason: 'the address gives a web page; give the address of its stream or picture' };
    case 'picture':
      return {
        kind: 'refused',
        reason: `the address gives a picture of the format ${content.format}, and Nowcast requests JPEGs only; choose JPEG or a video stream in the camera's settings`,
      };
    case 'other':
      return {
        kind: 'unsupported',
        reason: `the camera answers with ${content.type.slice(0, 80)}, not with JPEGs`,
      };
  }
}

/** Methods, because the object may be an instance of a class. */
function hooksOf(events: UnitStreamEvents): UnitStreamEvents {
  return {
    onOpen: (opened) => events.onOpen(opened),
    onUnit: (unit) => events.onUnit(unit),
    onReport: (report) => events.onReport(report),
    onAlive: () => events.onAlive(),
    onNotice: (text) => events.onNotice(text),
  };
}

class HttpPictures implements UnitStream {
  readonly ended: Promise<UnitStreamEnd>;
  readonly #options: HttpPicturesOptions;
  readonly #snapshots: SnapshotMemory;
  readonly #events: UnitStreamEvents;
  readonly #request: PictureRequest | undefined;
  readonly #times = partTimes((text) => this.#events.onNotice(text));
  /** Limit over the responses to each request. */
  #watch: Subscription | undefined;
  #next: Subscription | undefined;
  #askedAtMs: number;
  #isOpen = false;
  #followsLoss = false;
  #end: UnitStreamEnd | undefined;
  #resolveEnded!: (end: UnitStreamEnd) => void;

  constructor(
    target: URL | undefined,
    options: HttpPicturesOptions,
    authenticator: Authenticator,
    snapshots: SnapshotMemory,
    events: UnitStreamEvents,
  ) {
    this.#options = options;
    this.#snapshots = snapshots;
    this.#events = events;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#askedAtMs = options.clock.now();
    if (target === undefined) {
      this.#finish({ kind: 'unsupported', reason: 'this is not a valid HTTP address: check host and port in the URL' });
      return;
    }
    this.#request = new PictureRequest(target, authenticator, {
      onAnswer: (answer) => this.#answered(answer),
      onFailure: (end) => this.#finish(end),
      onNotice: (text) => {
        if (this.#end === undefined) events.onNotice(text);
      },
    });
    this.#ask();
  }

  stop(): void {
    this.#finish({ kind: 'stopped', reason: 'it was stopped' });
  }

  #ask(): void {
    const { clock, scheduler, timeoutMs } = this.#options;
    this.#askedAtMs = clock.now();
    this.#watch = scheduler.schedule(() => this.#finish(timeoutFailure().end), timeoutMs);
    this.#request!.send();
  }

  #answered(answer: IncomingMessage): void {
    this.#watch?.unsubscribe();
    this.#noteArrival();
    recognise(
      answer,
      () => this.#noteArrival(),
      (content, pieces) => {
        if (this.#end === undefined) this.#read(answer, content, pieces);
      },
    );
  }

  #read(answer: IncomingMessage, content: HttpContent | undefined, pieces: readonly Piece[]): void {
    if (content === undefined) this.#finish(HUNG_UP);
    else if (content.kind === 'multipart') this.#readParts(answer, pieces, content.boundary);
    else if (content.kind === 'snapshot') this.#readSnapshot(answer, pieces);
    else this.#finish(otherContent(content));
  }

  #readParts(answer: IncomingMessage, pieces: readonly Piece[], boundary: string | undefined): void {
    const reader = new MultipartReader(boundary, {
      onPart: ({ headers, bytes, beganAtMs, arrivedAtMs }) => this.#picture(bytes, headers, arrivedAtMs, { beganAtMs }),
      onMalformed: (reason) =>
        this.#finish({
          kind: this.#isOpen ? 'lost' : 'unsupported',
          reason: `the camera's answer cannot be read: ${reason}`,
        }),
      onNotice: (text) => {
        if (this.#end === undefined) this.#events.onNotice(text);
      },
    });
    for (const { bytes, arrivedAtMs } of pieces) if (this.#end === undefined) reader.push(bytes, arrivedAtMs);
    answer.on('data', (bytes: Buffer) => {
      if (this.#end === undefined) reader.push(bytes, this.#noteArrival());
    });
    answer.once('close', () => this.#finish(HUNG_UP));
  }

  #readSnapshot(answer: IncomingMessage, begun: readonly Piece[]): void {
    const pieces: Buffer[] = [];
    let byteCount = 0;
    let arrivedAtMs = this.#askedAtMs;
    let beganAtMs: number | undefined;
    const add = (piece: Piece): void => {
      if (this.#end !== undefined) return;
      ({ arrivedAtMs } = piece);
      beganAtMs ??= arrivedAtMs;
      pieces.push(piece.bytes);
      byteCount += piece.bytes.length;
      if (byteCount > MAX_PART_BYTES)
        this.#finish({
          kind: 'unsupported',
          reason: `the camera's picture has more than ${MAX_PART_BYTES / 2 ** 20} MiB`,
        });
    };
    begun.forEach(add);
    answer.on('data', (bytes: Buffer) => add({ bytes, arrivedAtMs: this.#noteArrival() }));
    answer.once('close', () => {
      if (this.#end !== undefined) return;
      if (!answer.complete) {
        this.#finish({ kind: 'lost', reason: 'the camera stopped inside a picture' });
        return;
      }
      const data = Buffer.concat(pieces);
      const { isNew, takenAfterMs } = this.#snapshots.next(data, this.#askedAtMs);
      const headers = new Map(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
      if (isNew) this.#picture(data, headers, arrivedAtMs, { beganAtMs: beganAtMs ?? arrivedAtMs, takenAfterMs });
      this.#askAgain();
    });
  }

  /** At the requested interval, but never before the previous answer is complete. */
  #askAgain(): void {
    if (this.#end !== undefined) return;
    const { clock, scheduler, snapshotIntervalMs } = this.#options;
    this.#events.onNotice(
      `the camera answers with single pictures: Nowcast requests one every ${snapshotIntervalMs / 1_000} s`,
    );
    this.#next = scheduler.schedule(
      () => this.#ask(),
      Math.max(0, snapshotIntervalMs - (clock.now() - this.#askedAtMs)),
    );
  }

  #picture(data: Uint8Array, headers: ReadonlyMap<string, string>, arrivedAtMs: number, untimed: UntimedArrival): void {
    if (this.#end !== undefined) return;
    const type = headers.get('content-type') ?? 'image/jpeg';
    // Some cameras send events as parts between their pictures.
    if (!isJpeg(data) && !/^image\//i.test(type)) return;
    if (!isJpeg(data) && !this.#isOpen) {
      this.#finish({ kind: 'unsupported', reason: `the camera sends ${type.slice(0, 80)} that are not a JPEG` });
      return;
    }
    if (!isJpeg(data)) {
      this.#followsLoss = true;
      return;
    }
    if (!this.#isOpen) this.#events.onOpen({ codec: 'mjpeg', transport: 'HTTP' });
    this.#isOpen = true;
    const timeMs = this.#times.timeOf(headers);
    if (timeMs !== undefined && isUnixMs(timeMs))
      this.#events.onReport({ senderMs: timeMs, mediaMs: timeMs, arrivedAtMs });
    const lostBefore = this.#followsLoss;
    this.#followsLoss = false;
    this.#events.onUnit({
      codec: 'mjpeg',
      data,
      mediaMs: timeMs ?? arrivedAtMs,
      arrivedAtMs,
      isKey: true,
      damaged: !endsAsJpeg(data),
      lostBefore,
      mayGoBack: false,
      ...(timeMs === undefined ? { untimed } : {}),
    });
  }

  /** Returns the time. */
  #noteArrival(): number {
    const nowMs = this.#options.clock.now();
    if (this.#end === undefined) this.#events.onAlive();
    return nowMs;
  }

  #finish(end: UnitStreamEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#watch?.unsubscribe();
    this.#next?.unsubscribe();
    void (this.#request?.close() ?? Promise.resolve()).then(() => this.#resolveEnded(end));
  }
}
