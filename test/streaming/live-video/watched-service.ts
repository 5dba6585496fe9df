import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { tap, type Subscription } from 'rxjs';
import type { Detector } from '../../../src/core/detector.js';
import { createPipeline } from '../../../src/pipeline/create-pipeline.js';
import { createFeedServer, type FeedServer } from '../../../src/streaming/feed/feed-server.js';
import { locateFfmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import { jsonAnswer } from '../../../src/streaming/http/answer.js';
import { servicePage } from '../../../src/streaming/live-page/service-page.js';
import { LivePictures } from '../../../src/streaming/live-video/live-pictures.js';
import type { UnitFollower } from '../../../src/streaming/originals/answer.js';
import { createOriginals } from '../../../src/streaming/originals/originals.js';
import { cameraSource } from '../../../src/streaming/sources/camera/camera.js';
import { monotonicClock } from '../../helpers/monotonic.js';
import { stampOf } from '../../helpers/paced-camera/index.js';

const INPUT = { width: 320, height: 320 };
const DETECTOR_MS = 120;

/** A picture as the page shows it. */
export type Shown = {
  readonly ptsMs: number;
  /** The number in its pixels; null if they are damaged. */
  readonly number: number | null;
  /** Presentation time of the picture for which the page has drawn boxes last. */
  readonly drawnFor: number;
  /** Frame of the percept whose boxes lie over it; empty if the boxes are moved. */
  readonly seq: string;
  /** Unix milliseconds of this machine. */
  readonly atMs: number;
};

/**
 * Runs in the page: records so many pictures of the element, each with the boxes that lie over it. The stamp is that of
 * `stamp.ts`.
 */
export const RECORD = `(async (count) => {
  const screen = [...document.querySelectorAll('.screen')].find((one) => one.offsetParent !== null);
  const video = screen.querySelector('video');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const shown = [];
  const read = (frame) => {
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    context.drawImage(frame, 0, 0);
    const cell = Math.floor(canvas.width / 24);
    const row = context.getImageData(0, Math.floor(cell / 2), canvas.width, 1).data;
    let word = 0;
    for (let bit = 0; bit < 24; bit++) word = word * 2 + (row[4 * Math.floor((bit + 0.5) * cell)] > 126 ? 1 : 0);
    const number = word >> 8;
    return (word & 0xff) === ((number ^ (number >> 8) ^ 0xa5) & 0xff) ? number : null;
  };
  await new Promise((resolve) => {
    const next = (_, { mediaTime }) => {
      const atMs = Date.now();
      const frame = new VideoFrame(video);
      // On a busy machine, the callback of a picture may come when the next one is on the screen already.
      const isLate = Math.abs(frame.timestamp - 1e6 * mediaTime) > 10;
      const number = read(frame);
      frame.close();
      // The page draws its boxes in a callback of the same picture, before or after this one.
      queueMicrotask(() => setTimeout(() => {
        if (!isLate) shown.push({ ptsMs: mediaTime * 1000, number, seq: screen.dataset.seq, drawnFor: Number(screen.dataset.pts), atMs });
        if (shown.length < count) video.requestVideoFrameCallback(next);
        else resolve();
      }));
    };
    video.requestVideoFrameCallback(next);
  });
  // The next picture may have been drawn meanwhile; boxes of one before it would be late.
  return shown.filter(({ ptsMs, drawnFor }) => drawnFor < ptsMs + 0.01);
})`;

/** A service of one camera with numbered pictures, whose detector takes its time. */
export class WatchedService {
  /** Numbers in the frames, by presentation time in microseconds, and by sequence number. */
  readonly numberAt = new Map<number, number | undefined>();
  readonly numberOf = new Map<number, number | undefined>();
  /** How many follow the camera's coded pictures now. */
  followers = 0;
  /** The state of its stream for recordings, if it has one. */
  record: { readonly source: string; state: string } | undefined;
  /** How many follow that now; while it is away, they wait. */
  readonly recordFollowers = new Set<UnitFollower>();
  feed!: FeedServer;
  readonly #originals = createOriginals();
  readonly #live = new LivePictures({
    originals: {
      follow: (streamId, follower) => {
        this.followers += 1;
        const leave = this.#originals.follow(streamId, follower);
        return () => {
          this.followers -= 1;
          leave();
        };
      },
    },
    full: {
      follow: (_, follower) => {
        this.recordFollowers.add(follower);
        let leave = (): void => undefined;
        if (this.record?.state === 'streaming') leave = this.#originals.follow('cam', follower);
        else follower.onNone('the large stream is away');
        return () => {
          this.recordFollowers.delete(follower);
          leave();
        };
      },
    },
    hasCamera: (name) => name === 'cam',
    inputOf: () => INPUT,
    onWarning: (message) => assert.fail(message),
  });
  #url = '';
  #events!: Subscription;

  async start(url: string): Promise<this> {
    this.#url = url;
    await this.openFeed();
    const source = cameraSource(url, {
      streamId: 'cam',
      input: INPUT,
      clock: monotonicClock,
      ffmpeg: await locateFfmpeg(process.env, ''),
      originals: this.#originals,
    }).pipe(
      tap((event) => {
        if (event.type !== 'frame') return;
        const number = stampOf(event.picture, INPUT.width);
        this.numberAt.set(Math.round(event.ptsMs * 1000), number);
        this.numberOf.set(event.seq, number);
      }),
    );
    this.#events = createPipeline({
      sources: [source],
      detector: SLOW_DETECTOR,
      clock: monotonicClock,
      onTaken: (frame) => this.#live.taken(frame),
    }).subscribe((event) => this.feed.publish(event));
    return this;
  }

  /** @param port 0 takes a free one */
  async openFeed(port = 0): Promise<void> {
    this.feed = await createFeedServer({
      port,
      streams: ['cam'],
      classes: ['thing'],
      clock: monotonicClock,
      wallClock: { toUnixMs: (ms) => ms + Date.now() - monotonicClock.now() },
      pages: servicePage(this.#live),
      api: {
        settings: { routes: [{ method: 'GET', path: '/api/cameras', role: 'viewer' }] },
        answer: (what) => (what === 'GET /api/cameras' ? jsonAnswer({ cameras: [this.#facts] }) : undefined),
      },
    });
  }

  get #facts(): object {
    const { record } = this;
    const health = { isUp: true, isOff: false, why: 'streaming', isDetecting: true, losses: 0 };
    return { name: 'cam', source: this.#url, ...health, ...(record && { record }) };
  }

  /** The stream for recordings is back, for those who have waited. */
  recordReturns(): void {
    this.record!.state = 'streaming';
    for (const follower of this.recordFollowers) this.#originals.follow('cam', follower);
  }

  get address(): string {
    return this.feed.url.replace('ws', 'http');
  }

  async stop(): Promise<void> {
    this.#events.unsubscribe();
    await this.feed.close();
    await this.#originals.close();
  }
}

const SLOW_DETECTOR: Detector = {
  info: { model: 'slow', input: INPUT, classNames: ['thing'] },
  hosts: 1,
  async detect() {
    const inferStartMs = monotonicClock.now();
    await wait(DETECTOR_MS);
    const doneAtMs = monotonicClock.now();
    const box = { x1: 100, y1: 100, x2: 200, y2: 200 };
    const detections = [{ box, score: 0.9, classId: 0, className: 'thing' }];
    return { detections, times: { inferStartMs, inferEndMs: doneAtMs, doneAtMs } };
  },
  ready: () => Promise.resolve(),
  close: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
