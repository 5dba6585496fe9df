import type { Observable } from 'rxjs';
import { counted } from '../../../core/counted.js';
import { SourceError } from '../../../core/errors.js';
import type { SourceEvent } from '../../../core/events.js';
import { FramePool } from '../../../core/frame-pool.js';
import { redactorOf, redactUrls } from '../../../core/redact.js';
import { FFMPEG_INSTALL, readsFilesOnly } from '../../ffmpeg/binary.js';
import { KeptUnits } from '../../originals/kept-units.js';
import { UnitAbsence, unitPictures } from '../../originals/unit-pictures.js';
import { lossReason, mayBeAway } from './connection/connection-failure.js';
import { CopyKeeper } from './copy/copy-keeper.js';
import { comesBack, nextAttempt, type NextAttempt } from './connection/next-attempt.js';
import { failuresAfter, reconnectDelayMs } from './connection/reconnect.js';
import { STREAM_ENDED, type CameraConnection, type ConnectionEnd } from './connection/connection.js';
import { FramesOut } from './frames-out.js';
import { isOwn, openConnection, ownReaderOf, type Reader } from './connection/open-connection.js';
import type { ResolvedCameraOptions } from './options.js';
import { Shedding } from './shedding.js';
import { timeline, type Timeline } from './time/timeline.js';

/** The state of a camera's stream that outlives its connections. */
export class CameraSession {
  readonly #url: string;
  readonly #options: ResolvedCameraOptions;
  readonly #redact: (text: string) => string;
  readonly #pool: FramePool;
  readonly #copies: CopyKeeper | undefined;
  readonly #kept: KeptUnits | undefined;
  readonly #absence = new UnitAbsence();
  readonly #out: FramesOut;
  readonly #timeline: Timeline;
  readonly #shedding: Shedding;
  #connection: CameraConnection | undefined;
  #reader: Reader;
  #attempt: NextAttempt | undefined;
  #withdrawOriginals: (() => void) | undefined;
  #isOver = false;

  constructor(url: string, options: ResolvedCameraOptions, emit: (event: SourceEvent) => void) {
    this.#url = url;
    this.#options = options;
    this.#redact = redactorOf(url);
    this.#reader = ownReaderOf(url, options) ?? { stampOnArrival: false };
    const { streamId, slots, input, clock, keepCopyTo, originals, maxFrames, maxBehindMs } = options;
    this.#pool = new FramePool(slots, 3 * input.width * input.height);
    if (keepCopyTo !== undefined)
      this.#copies = new CopyKeeper({ path: keepCopyTo, onFailure: (error) => options.onCopyFailure?.(error) });
    if (originals !== undefined) this.#kept = new KeptUnits(originals.limitsOf(streamId));
    this.#out = new FramesOut({
      streamId,
      input,
      clock,
      redact: this.#redact,
      emit: (event) => {
        emit(event);
        if (event.type !== 'status' && event.type !== 'gap' && this.#out.count >= maxFrames) this.end();
      },
      onLive: (epoch) => this.#reportCopy(epoch),
    });
    this.#shedding = new Shedding(maxBehindMs);
    this.#timeline = timeline({ onNotice: (text) => this.#out.status('streaming', text) });
  }

  /** Connects repeatedly until `end()`. Resolves when the last connection has ended. */
  async run(): Promise<void> {
    this.#withdrawOriginals = this.#offerOriginals();
    try {
      await this.#watch();
    } finally {
      this.#withdrawOriginals?.();
    }
  }

  async #watch(): Promise<void> {
    if (readsFilesOnly(this.#options.ffmpeg)) {
      throw new SourceError(
        `the ffmpeg of the npm package, ${this.#options.ffmpeg.version.name}, reads files only; to read cameras, ${FFMPEG_INSTALL}`,
        { code: 'NOWCAST_CAMERA' },
      );
    }
    let failures = 0;
    /** True once the camera has answered a probe since its last picture. */
    let hasAnswered = false;
    while (!this.#isOver) {
      this.#out.status('connecting', redactUrls(this.#url));
      const end = await this.#connect();
      if (this.#isOver) break;
      const reason = this.#redact(end.reason);
      if (end.gaveUp === 'needs-stamps' || end.gaveUp === 'needs-ffmpeg') {
        const known = isOwn(this.#reader) ? undefined : this.#reader.content;
        this.#reader = { stampOnArrival: end.gaveUp === 'needs-stamps', content: end.content ?? known };
        if (end.gaveUp === 'needs-ffmpeg') this.#out.status('connecting', `${reason}; ffmpeg reads it instead`);
        continue;
      }
      if (end.gaveUp === 'cannot-copy' && !isOwn(this.#reader)) {
        this.#reader = { ...this.#reader, cannotCopy: true };
        this.#out.status('connecting', `${reason}; it is opened again without a copy of its coded video`);
        continue;
      }
      if (this.#hasPlayed(end)) break;
      this.#out.lost(reason);
      const isNoBeginning = this.#out.count === 0 || (end.gaveUp === 'cannot-crop' && !this.#out.hasShown);
      if (this.#options.giveUpFirst && isNoBeginning) {
        throw new SourceError(`${redactUrls(this.#url)}: ${reason}`, { code: 'NOWCAST_CAMERA' });
      }
      if (this.#out.isLive) hasAnswered = false;
      failures = failuresAfter(failures, this.#url, end);
      const delayMs =
        end.gaveUp === 'behind' ? 0 : reconnectDelayMs(failures, this.#options.random, this.#options.ladder);
      const { probe, scheduler } = this.#options;
      const back = mayBeAway(end.reason)
        ? comesBack(this.#url, { probe, scheduler, wasAway: !hasAnswered })
        : undefined;
      this.#out.status(
        'reconnecting',
        `${reason}; next attempt in ${(delayMs / 1000).toFixed(1)} s${back === undefined ? '' : ', or when it answers'}`,
        lossReason(end),
      );
      // A camera that has just started may need more time: it gets the short steps again.
      if (await this.#wait(delayMs, back)) [failures, hasAnswered] = [0, true];
    }
    this.#out.reportGap(this.#options.clock.now());
    this.#out.status('ended', counted(this.#out.count, 'frame'));
  }

  /** A recording is over once it has played. */
  #hasPlayed({ reason }: ConnectionEnd): boolean {
    return !isOwn(this.#reader) && this.#reader.content === 'recording' && reason === STREAM_ENDED && this.#out.isLive;
  }

  end(): void {
    this.#isOver = true;
    this.#out.close();
    this.#withdrawOriginals?.();
    this.#connection?.stop();
    this.#attempt?.now();
  }

  async #connect(): Promise<ConnectionEnd> {
    const copies = this.#copies?.begin(this.#out.nextEpoch) === true ? this.#copies : undefined;
    this.#timeline.newConnection();
    const kept = this.#kept;
    kept?.newConnection();
    try {
      const connection = openConnection(this.#url, {
        ...this.#options,
        reader: this.#reader,
        pool: this.#pool,
        timeline: this.#timeline,
        shedding: this.#shedding,
        units: kept && {
          onUnit: (unit) => {
            this.#absence.set(undefined);
            kept.add(unit);
          },
          onNone: (why) => this.#absence.set(why),
        },
        onCopied: copies && ((piece) => copies.write(piece)),
        events: this.#out.eventsOf(() => connection),
      });
      this.#connection = connection;
      if (this.#isOver) connection.stop();
      return await connection.ended;
    } finally {
      copies?.finish();
      this.#connection = undefined;
    }
  }

  /** Resolves with true if the camera came back in time. */
  #wait(delayMs: number, back: Observable<void> | undefined): Promise<boolean> {
    this.#attempt = nextAttempt(delayMs, this.#options.scheduler, back);
    if (this.#isOver) this.#attempt.now();
    return this.#attempt.answered;
  }

  /** @returns withdraws the offer, and frees its memory */
  #offerOriginals(): (() => void) | undefined {
    const kept = this.#kept;
    const { originals, streamId, ffmpeg, view } = this.#options;
    if (kept === undefined) return undefined;
    const remove = originals?.add(streamId, unitPictures({ kept, ffmpeg, view, absence: this.#absence }));
    return () => {
      remove?.();
      kept.clear();
    };
  }

  #reportCopy(epoch: number): void {
    const path = this.#copies?.path;
    const connection = this.#connection;
    if (path !== undefined && connection !== undefined)
      this.#options.onCopy?.({ path, epoch, offsets: connection.keptTimes.offsets });
  }
}
