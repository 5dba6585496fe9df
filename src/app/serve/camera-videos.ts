import { Subject, type Observable } from 'rxjs';
import type { SourceConfig } from '../../config/run-sources.js';
import type { LossReason, PipelineEvent } from '../../core/events.js';
import type { UnitFollower, FollowedUnit, OriginalFinder } from '../../streaming/originals/answer.js';
import { Followers } from '../../streaming/originals/followers.js';
import type { Originals } from '../../streaming/originals/originals.js';
import type { CodedStream, CodedStreamState } from '../../streaming/sources/camera/coded-stream.js';
import { openCoded } from '../../streaming/sources/camera/open-coded.js';
import { SharedTime } from '../../streaming/sources/camera/time/shared-time.js';
import type { AppContext } from '../context.js';
import { RecordStreams, type RecordStats } from './record-streams.js';

/** The state of a camera's stream for recordings. */
export type RecordState = {
  /** Its address, without secrets. */
  readonly source: string;
  readonly state: CodedStreamState;
  /** On the monotonic clock. */
  readonly sinceMs: number;
  /** Why it is away; no secrets. */
  readonly message?: string;
};

/** The state of a camera's stream for recordings has changed; undefined: it has none now. */
export type RecordChange = { readonly camera: string; readonly state: CodedStreamState | undefined };

type Recorded = { readonly stream: CodedStream; readonly time: SharedTime; state: RecordState };

/**
 * The cameras' coded video for recordings, clips and the full-size picture of the page: that of a camera's own stream
 * for it, with the times of the stream that is detected on, or else of that one. Close it.
 */
export class CameraVideos implements Pick<Originals, 'follow' | 'since'> {
  readonly #originals: Pick<Originals, 'follow' | 'since' | 'limitsOf'>;
  readonly #context: Pick<AppContext, 'clock' | 'log' | 'redact'>;
  readonly #recorded = new Map<string, Recorded>();
  /** Cameras with a stream of their own that do not run now. */
  readonly #resting = new Set<string>();
  readonly #followers = new Followers((camera) => this.#finderOf(camera));
  readonly #closing = new Set<Promise<void>>();
  readonly #streams = new RecordStreams();
  readonly #changes = new Subject<RecordChange>();

  /** @param originals of the streams that are detected on; it also says how much of the others is kept */
  constructor(
    originals: Pick<Originals, 'follow' | 'since' | 'limitsOf'>,
    context: Pick<AppContext, 'clock' | 'log' | 'redact'>,
  ) {
    this.#originals = originals;
    this.#context = context;
  }

  /**
   * A camera begins to run.
   * @returns ends its other stream, if it has one; resolves when that is disconnected
   */
  begin({ id, record, settings }: SourceConfig): () => Promise<void> {
    const hasRested = this.#resting.delete(id);
    if (record === undefined) {
      this.#streams.forget(id);
      if (hasRested) this.#followers.changed(id);
      return () => Promise.resolve();
    }
    const { clock, log, redact } = this.#context;
    const time = new SharedTime();
    const stream = openCoded(record, settings, {
      clock,
      limits: this.#originals.limitsOf(id),
      ptsMsOf: (picture) => time.ptsMsOf(picture),
      onState: (state, message, loss) => this.#changed(id, state, message, loss),
      onPicture: (outcome, atMs) => this.#streams.arrived(id, outcome, atMs),
      onNotice: (text) => log.warn(`${id}, to record: ${String(redact(text))}`),
    });
    const state: RecordState = { source: String(redact(record)), state: 'idle', sinceMs: clock.now() };
    const own = { stream, time, state };
    this.#recorded.set(id, own);
    this.#streams.begin(id);
    this.#changes.next({ camera: id, state: 'idle' });
    this.#followers.changed(id);
    return async () => {
      if (this.#recorded.get(id) === own) {
        this.#recorded.delete(id);
        this.#resting.add(id);
        this.#streams.changed(id, 'idle');
        this.#changes.next({ camera: id, state: undefined });
        this.#followers.changed(id);
      }
      await this.#closed(stream);
    };
  }

  seen(event: PipelineEvent): void {
    if (event.type === 'drop') this.#recorded.get(event.streamId)?.time.other(event);
    if (event.type !== 'percept') return;
    const { capturedAtMs } = event.times;
    this.#recorded.get(event.streamId)?.time.other({ ptsMs: event.ptsMs, capturedAtMs });
  }

  /** Undefined for a camera without a stream of its own for recordings. */
  stateOf(camera: string): RecordState | undefined {
    return this.#recorded.get(camera)?.state;
  }

  /** Counts of each camera with a stream of its own for recordings. */
  get streams(): ReadonlyMap<string, RecordStats> {
    return this.#streams.all;
  }

  all(): readonly RecordChange[] {
    return [...this.#recorded].map(([camera, { state }]) => ({ camera, state: state.state }));
  }

  get changes(): Observable<RecordChange> {
    return this.#changes;
  }

  /** A camera has gone for good. */
  forget(camera: string): void {
    this.#streams.forget(camera);
    this.#resting.delete(camera);
  }

  follow(camera: string, follower: UnitFollower): () => void {
    return this.#followers.add(camera, follower);
  }

  since(camera: string, ptsMs: number): readonly FollowedUnit[] {
    return this.#finderOf(camera)?.since(ptsMs) ?? [];
  }

  /** Resolves when every stream is disconnected. */
  async close(): Promise<void> {
    for (const { stream } of this.#recorded.values()) void this.#closed(stream);
    await Promise.all(this.#closing);
  }

  #closed(stream: CodedStream): Promise<void> {
    const closing = stream.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    return closing;
  }

  #finderOf(camera: string): Required<Pick<OriginalFinder, 'follow' | 'since'>> | undefined {
    const originals = this.#originals;
    if (this.#resting.has(camera)) return undefined;
    return (
      this.#recorded.get(camera)?.stream ?? {
        follow: (follower) => originals.follow(camera, follower),
        since: (ptsMs) => originals.since(camera, ptsMs),
      }
    );
  }

  #changed(camera: string, state: CodedStreamState, message?: string, loss?: LossReason): void {
    const recorded = this.#recorded.get(camera);
    if (recorded === undefined) return;
    const { clock, log, redact } = this.#context;
    const before = recorded.state;
    const why = message === undefined ? {} : { message: String(redact(message)) };
    recorded.state = {
      source: before.source,
      state,
      sinceMs: state === before.state ? before.sinceMs : clock.now(),
      ...why,
    };
    this.#streams.changed(camera, state, loss);
    if (state === before.state) return;
    this.#changes.next({ camera, state });
    if (state === 'reconnecting') log.warn(`${camera}, to record: ${why.message}; it is tried until it answers`);
    else if (before.state === 'reconnecting' && state === 'streaming') log.info(`${camera}, to record: it is back`);
  }
}
