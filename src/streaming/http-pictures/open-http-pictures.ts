import type { IncomingMessage } from 'node:http';
import type { SchedulerLike, Subscription } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { UnitStream, UnitStreamEnd, UnitStreamEvents } from '../../core/coded-unit.js';
import { answerKind } from './answer-kind.js';
import { basicAuthorizer, type HttpAuthorizer } from './authorizer.js';
import { endsAsJpeg, isJpeg } from './jpeg.js';
import { MAX_PART_BYTES, MultipartReader } from './multipart.js';
import { isUnixMs, partTimes } from './part-time.js';
import { PictureRequest } from './picture-request.js';

export type HttpPicturesOptions = {
  readonly clock: Clock;
  readonly scheduler: SchedulerLike;
  /** A camera that is silent for this long is taken for gone. */
  readonly timeoutMs: number;
  /** From one request to the next, where each answer is one picture; an answer that takes longer is waited for. Default 1 s. */
  readonly snapshotIntervalMs?: number;
  /** Default: basic authentication with the URL's credentials; a camera that asks for more ends as `unsupported`. */
  readonly authorizer?: HttpAuthorizer;
};

/**
 * Watches a camera that sends JPEGs over HTTP or HTTPS: one answer without an end (`multipart/x-mixed-replace`), or one
 * picture an answer (`image/jpeg`), which is then asked for again and again. Pictures are told when their last byte comes.
 * Their times are the camera's where it gives each one (`X-Timestamp`), else those of their arrival.
 *
 * Ends as `unsupported` where the answer is anything else.
 */
export function openHttpPictures(url: string, options: HttpPicturesOptions, events: UnitStreamEvents): UnitStream {
  return new HttpPictures(url, options, events);
}

class HttpPictures implements UnitStream {
  readonly ended: Promise<UnitStreamEnd>;
  readonly #options: HttpPicturesOptions;
  readonly #events: UnitStreamEvents;
  readonly #request: PictureRequest | undefined;
  readonly #times = partTimes((text) => this.#events.onNotice(text));
  #watch: Subscription | undefined;
  #next: Subscription | undefined;
  #heardAtMs: number;
  #askedAtMs: number;
  #isOpen = false;
  /** Between an answer and the next request. */
  #isPausing = false;
  #followsLoss = false;
  #lastSnapshot: Buffer | undefined;
  #end: UnitStreamEnd | undefined;
  #resolveEnded!: (end: UnitStreamEnd) => void;

  constructor(url: string, options: HttpPicturesOptions, events: UnitStreamEvents) {
    this.#options = options;
    this.#events = events;
    this.ended = new Promise((resolve) => { this.#resolveEnded = resolve; });
    this.#heardAtMs = this.#askedAtMs = options.clock.now();
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      this.#finish({ kind: 'unsupported', reason: 'the URL is none of HTTP' });
      return;
    }
    const target = new URL(url);
    const authorizer = options.authorizer ?? basicAuthorizer(target.username === '' ? undefined : { user: decode(target.username), password: decode(target.password) });
    [target.username, target.password] = ['', ''];
    this.#request = new PictureRequest(target, authorizer, { onAnswer: (answer) => this.#answered(answer), onFailure: (end) => this.#finish(end) });
    this.#request.send();
    this.#watch = options.scheduler.schedule(() => this.#check(), options.timeoutMs);
  }

  stop(): void {
    this.#finish({ kind: 'stopped', reason: 'it was stopped' });
  }

  #answered(answer: IncomingMessage): void {
    this.#heard();
    const kind = answerKind(answer.headers['content-type']);
    if (kind.kind === 'multipart') this.#readParts(answer, kind.boundary);
    else if (kind.kind === 'snapshot') this.#readSnapshot(answer);
    else this.#finish({ kind: 'unsupported', reason: `the camera answers with ${kind.type}, not with JPEGs` });
  }

  #readParts(answer: IncomingMessage, boundary: string | undefined): void {
    const reader = new MultipartReader(boundary, {
      onPart: ({ headers, bytes, arrivedAtMs }) => this.#picture(bytes, headers, arrivedAtMs),
      onMalformed: (reason) => this.#finish({ kind: this.#isOpen ? 'lost' : 'unsupported', reason: `the camera's answer cannot be read: ${reason}` }),
      onNotice: (text) => { if (this.#end === undefined) this.#events.onNotice(text); },
    });
    answer.on('data', (bytes: Buffer) => {
      if (this.#end !== undefined) return;
      this.#heard();
      reader.push(bytes, this.#heardAtMs);
    });
    answer.once('close', () => this.#finish({ kind: 'lost', reason: 'the camera ended the stream' }));
  }

  #readSnapshot(answer: IncomingMessage): void {
    const pieces: Buffer[] = [];
    let byteCount = 0;
    answer.on('data', (bytes: Buffer) => {
      if (this.#end !== undefined) return;
      this.#heard();
      pieces.push(bytes);
      byteCount += bytes.length;
      if (byteCount > MAX_PART_BYTES) this.#finish({ kind: 'unsupported', reason: `the camera's picture has more than ${MAX_PART_BYTES / 2 ** 20} MiB` });
    });
    answer.once('close', () => {
      if (this.#end !== undefined) return;
      if (!answer.complete) {
        this.#finish({ kind: 'lost', reason: 'the camera broke off inside a picture' });
        return;
      }
      this.#snapshot(Buffer.concat(pieces), answer);
      this.#askAgain();
    });
  }

  #snapshot(bytes: Buffer, answer: IncomingMessage): void {
    const intervalMs = this.#options.snapshotIntervalMs ?? 1_000;
    if (this.#lastSnapshot === undefined) this.#events.onNotice(`the camera answers with single pictures: one is asked for every ${intervalMs / 1_000} s`);
    // The same bytes are the same picture, however often it is asked for: a camera that is stuck must look as old as it is.
    if (this.#lastSnapshot?.equals(bytes) !== true) this.#picture(bytes, new Map(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])), this.#heardAtMs);
    this.#lastSnapshot = bytes;
  }

  /** As often as is wanted, but never before the answer is there. */
  #askAgain(): void {
    if (this.#end !== undefined) return;
    const { clock, scheduler, snapshotIntervalMs = 1_000 } = this.#options;
    this.#isPausing = true;
    const waitMs = Math.max(0, snapshotIntervalMs - (clock.now() - this.#askedAtMs));
    this.#next = scheduler.schedule(() => {
      this.#askedAtMs = clock.now();
      this.#isPausing = false;
      // The pause was ours, not the camera's.
      this.#heardAtMs = this.#askedAtMs;
      this.#request!.send();
    }, waitMs);
  }

  #picture(data: Uint8Array, headers: ReadonlyMap<string, string>, arrivedAtMs: number): void {
    if (this.#end !== undefined) return;
    const type = headers.get('content-type') ?? 'image/jpeg';
    // Some cameras tell of events in parts between their pictures.
    if (!isJpeg(data) && !/^image\//i.test(type)) return;
    if (!isJpeg(data) && !this.#isOpen) {
      this.#finish({ kind: 'unsupported', reason: `the camera sends ${type} that is no JPEG` });
      return;
    }
    if (!isJpeg(data)) {
      this.#followsLoss = true;
      return;
    }
    if (!this.#isOpen) this.#events.onOpen({ codec: 'mjpeg', transport: 'HTTP' });
    this.#isOpen = true;
    const timeMs = this.#times.timeOf(headers);
    if (timeMs !== undefined && isUnixMs(timeMs)) this.#events.onReport({ senderMs: timeMs, mediaMs: timeMs, arrivedAtMs });
    const lostBefore = this.#followsLoss;
    this.#followsLoss = false;
    this.#events.onUnit({
      codec: 'mjpeg', data, mediaMs: timeMs ?? arrivedAtMs, arrivedAtMs, isKey: true, damaged: !endsAsJpeg(data), lostBefore, mayGoBack: false,
    });
  }

  #heard(): void {
    if (this.#end !== undefined) return;
    this.#heardAtMs = this.#options.clock.now();
    this.#events.onAlive();
  }

  #check(): void {
    const { clock, scheduler, timeoutMs } = this.#options;
    const leftMs = this.#isPausing ? timeoutMs : timeoutMs - (clock.now() - this.#heardAtMs);
    if (leftMs > 0) this.#watch = scheduler.schedule(() => this.#check(), leftMs);
    else this.#finish(this.#isOpen
      ? { kind: 'lost', reason: `nothing has arrived for ${timeoutMs / 1_000} s: the camera is silent` }
      : { kind: 'away', reason: `the camera does not answer in ${timeoutMs / 1_000} s` });
  }

  #finish(end: UnitStreamEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#watch?.unsubscribe();
    this.#next?.unsubscribe();
    void (this.#request?.close() ?? Promise.resolve()).then(() => this.#resolveEnded(end));
  }
}

/** Typed as it is, `%` may be followed by anything. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
