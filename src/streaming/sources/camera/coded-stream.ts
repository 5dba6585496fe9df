import { interval } from 'rxjs';
import type { CodedUnit } from '../../../core/coded-unit.js';
import type { LossReason } from '../../../core/events.js';
import { redactorOf } from '../../../core/redact.js';
import type { UnitFollower } from '../../originals/answer.js';
import { KeptUnits, type KeepLimits, type KeptUnit } from '../../originals/kept-units.js';
import { lossReason, mayBeAway } from './connection/connection-failure.js';
import type { ConnectionEnd } from './connection/connection.js';
import { livenessWatch } from './connection/liveness.js';
import { comesBack, nextAttempt, type NextAttempt } from './connection/next-attempt.js';
import { ownReaderOf, type OwnReader, type ReaderOptions } from './connection/open-connection.js';
import { failuresAfter, reconnectDelayMs } from './connection/reconnect.js';
import type { ResolvedCameraOptions } from './options.js';
import { timeline, type PlacedMoment, type Timeline } from './time/timeline.js';

/** `idle`: nobody follows it, so it is not connected. */
export const CODED_STATES = ['idle', 'connecting', 'streaming', 'reconnecting'] as const;
export type CodedStreamState = (typeof CODED_STATES)[number];

/**
 * The outcomes of a picture: those who follow the stream can have it (`passed`), it depends on pictures from before the
 * connection, or its time cannot be told yet.
 */
export const CODED_OUTCOMES = ['passed', 'before-key', 'no-time'] as const;
export type CodedOutcome = (typeof CODED_OUTCOMES)[number];

export type CodedStreamOptions = ReaderOptions &
  Pick<ResolvedCameraOptions, 'firstFrameTimeoutMs' | 'ladder' | 'probe' | 'random'> & {
    readonly limits: KeepLimits;
    /** The time of a picture for those who follow the stream; undefined leaves it out. In the order of sending. */
    readonly ptsMsOf: (
      picture: Pick<PlacedMoment, 'ptsMs' | 'capturedAtMs'> & { readonly isKey: boolean },
    ) => number | undefined;
    /**
     * Called at each change of the state.
     * @param message for people, without secrets
     * @param loss with `reconnecting`
     */
    readonly onState: (state: CodedStreamState, message?: string, loss?: LossReason) => void;
    /** Called for each picture that arrives. */
    readonly onPicture: (outcome: CodedOutcome, arrivedAtMs: number) => void;
    /** A quirk of the camera, for its owner. No secrets. */
    readonly onNotice: (text: string) => void;
  };

type End = Pick<ConnectionEnd, 'reason' | 'streamedMs' | 'gaveUp'> & { readonly hasShown: boolean };

const LOOK_EVERY_MS = 250;
/** A picture that is this much earlier than one before it begins the times anew. */
const ANEW_US = 2_000_000;

/**
 * The coded pictures of a camera, which nobody decodes. It is connected while somebody follows it, and reconnects by
 * the ladder, or as soon as the camera answers. It belongs to whoever made it: close it.
 */
export class CodedStream {
  readonly #url: string;
  readonly #options: CodedStreamOptions;
  readonly #reader: OwnReader;
  readonly #redact: (text: string) => string;
  readonly #kept: KeptUnits;
  readonly #timeline: Timeline;
  readonly #followers = new Set<UnitFollower>();
  #running: Promise<void> | undefined;
  #stop: () => void = () => undefined;
  #attempt: NextAttempt | undefined;
  /** Why the last attempt gave no picture. */
  #why: string | undefined;
  #newestUs = 0;
  #isClosed = false;

  /** @param url of a scheme that Nowcast reads itself, with credentials as typed */
  constructor(url: string, options: CodedStreamOptions) {
    this.#url = url;
    this.#options = options;
    this.#reader = ownReaderOf(url, options)!;
    this.#redact = redactorOf(url);
    this.#kept = new KeptUnits(options.limits);
    this.#timeline = timeline({ onNotice: options.onNotice });
  }

  /**
   * Passes on the pictures from the last key picture on, and then each new one. If an attempt to connect gives none,
   * the follower hears why; pictures may come later.
   * @returns ends that
   */
  follow(follower: UnitFollower): () => void {
    if (this.#why !== undefined) follower.onNone(this.#why);
    this.#followers.add(follower);
    const stop = this.#kept.follow(follower.onUnit);
    this.#run();
    return () => {
      stop();
      this.#followers.delete(follower);
      if (!this.#isWanted) this.#end();
    };
  }

  /** See `OriginalFinder`. */
  since(ptsMs: number): readonly KeptUnit[] {
    return this.#kept.since(Math.round(ptsMs * 1000));
  }

  /** Resolves when it is disconnected. Safe to call twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end();
    await this.#running;
  }

  get #isWanted(): boolean {
    return this.#followers.size > 0 && !this.#isClosed;
  }

  #end(): void {
    this.#stop();
    this.#attempt?.now();
  }

  #run(): void {
    if (this.#running !== undefined || !this.#isWanted) return;
    this.#running = this.#watch().then(() => {
      this.#running = undefined;
      // Somebody may have come while it ended.
      this.#run();
    });
  }

  async #watch(): Promise<void> {
    const { onState, probe, scheduler, random, ladder } = this.#options;
    let failures = 0;
    let hasAnswered = false;
    onState('connecting');
    while (this.#isWanted) {
      const end = await this.#connect();
      if (!this.#isWanted) break;
      const reason = this.#redact(end.reason);
      if (end.hasShown) hasAnswered = false;
      else {
        this.#why = reason;
        for (const { onNone } of this.#followers) onNone(reason);
      }
      failures = failuresAfter(failures, this.#url, end);
      const delayMs = reconnectDelayMs(failures, random, ladder);
      const back = mayBeAway(end.reason)
        ? comesBack(this.#url, { probe, scheduler, wasAway: !hasAnswered })
        : undefined;
      onState('reconnecting', reason, lossReason(end));
      this.#attempt = nextAttempt(delayMs, scheduler, back);
      if (!this.#isWanted) this.#attempt.now();
      if (await this.#attempt.answered) [failures, hasAnswered] = [0, true];
    }
    this.#why = undefined;
    this.#kept.clear();
    onState('idle');
  }

  /** Resolves when a connection has ended. */
  async #connect(): Promise<End> {
    const { clock, scheduler, timeoutMs, firstFrameTimeoutMs, onNotice } = this.#options;
    this.#timeline.newConnection();
    this.#kept.newConnection();
    const liveness = livenessWatch(clock.now(), { timeoutMs, firstPictureTimeoutMs: firstFrameTimeoutMs });
    let firstAtMs: number | undefined;
    let lastAtMs = 0;
    let silence: string | undefined;
    const stream = this.#reader.open({
      onOpen: () => undefined,
      onUnit: (unit) => {
        // Pictures that depend on one that was never sent are of no use.
        if (firstAtMs === undefined && !unit.isKey) {
          this.#options.onPicture('before-key', unit.arrivedAtMs);
          return;
        }
        if (firstAtMs === undefined) this.#options.onState('streaming');
        firstAtMs ??= unit.arrivedAtMs;
        lastAtMs = unit.arrivedAtMs;
        liveness.picture(unit.arrivedAtMs, unit.mediaMs);
        if (stream.roundTripMs !== undefined) this.#timeline.roundTrip(stream.roundTripMs);
        this.#take(unit, this.#timeline.place(unit));
      },
      onReport: (report) => {
        liveness.report(report);
        this.#timeline.reported(report);
      },
      onAlive: () => liveness.alive(clock.now()),
      onNotice,
    });
    this.#stop = () => stream.stop();
    if (!this.#isWanted) stream.stop();
    const looks = interval(LOOK_EVERY_MS, scheduler).subscribe(() => {
      const { giveUp, reason } = liveness.at(clock.now());
      if (!giveUp) return;
      silence ??= reason;
      stream.stop();
    });
    const { reason } = await stream.ended;
    looks.unsubscribe();
    this.#stop = () => undefined;
    return {
      reason: silence ?? reason,
      streamedMs: firstAtMs === undefined ? 0 : lastAtMs - firstAtMs,
      gaveUp: silence === undefined ? undefined : 'silent',
      hasShown: firstAtMs !== undefined,
    };
  }

  #take(unit: CodedUnit, { ptsMs, capturedAtMs }: PlacedMoment): void {
    const given = this.#options.ptsMsOf({ ptsMs, capturedAtMs, isKey: unit.isKey });
    this.#options.onPicture(given === undefined ? 'no-time' : 'passed', unit.arrivedAtMs);
    if (given === undefined) return;
    this.#why = undefined;
    const ptsUs = Math.round(given * 1000);
    if (ptsUs < this.#newestUs - ANEW_US) {
      this.#kept.clear();
      this.#newestUs = ptsUs;
    }
    this.#newestUs = Math.max(this.#newestUs, ptsUs);
    this.#kept.add({ ...unit, ptsUs });
  }
}
