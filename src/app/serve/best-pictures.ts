import type { PictureRule } from '../../config/snapshots-config.js';
import type { Box } from '../../core/box.js';
import type { Clock } from '../../core/clock.js';
import type { ObjectEvent } from '../../core/scene-events.js';
import { TokenBucket, type Rate } from '../../streaming/http/token-bucket.js';
import type { Originals } from '../../streaming/originals/originals.js';

export type BestPicturesOptions = {
  readonly originals: Pick<Originals, 'jpeg'>;
  readonly clock: Clock;
  /** Undefined for a camera that is gone. */
  readonly ruleOf: (camera: string) => PictureRule | undefined;
  /** Receives each picture of an object, a later one of the same object in place of the earlier. */
  readonly onPicture: (event: ObjectEvent, jpeg: Uint8Array) => void;
};

/** Least time between two pictures of an object, but for its last one. */
const REPLACED_AFTER_MS = 5000;
/**
 * Decoding a picture costs as much as some runs of the detector, and only events of objects cause it. So a street in
 * which somebody appears every moment gets fewer pictures, instead of a slower detector.
 */
const RATE_OF_CAMERA: Rate = { burst: 4, perSecond: 1 / 3 };
/** Those that wait for a decoder keep what they need of their frame. Others who ask for pictures have room, too. */
const MOST_AT_ONCE = 8;
/** The margin of a cut-out, as a fraction of the box's longer side. */
const MARGIN = 0.1;

/**
 * Takes the best view of each object while its frame is still kept. An object gets none if its frame is gone, damaged
 * or cannot be decoded, and keeps its earlier one if a better one cannot be had.
 */
export class BestPictures {
  readonly #options: BestPicturesOptions;
  readonly #last = new Map<string, { readonly seq: number; readonly atMs: number }>();
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #running = new Set<Promise<void>>();
  readonly #ending = new AbortController();

  constructor(options: BestPicturesOptions) {
    this.#options = options;
  }

  seen(event: ObjectEvent): void {
    const rule = this.#options.ruleOf(event.streamId);
    const last = this.#last.get(event.id);
    if (event.phase === 'end') this.#last.delete(event.id);
    if (rule?.isEnabled !== true || this.#ending.signal.aborted || last?.seq === event.best.seq) return;
    const nowMs = this.#options.clock.now();
    const isSoon = last !== undefined && nowMs - last.atMs < REPLACED_AFTER_MS && event.phase !== 'end';
    if (isSoon || this.#running.size >= MOST_AT_ONCE || !this.#mayTake(event.streamId, nowMs)) return;
    if (event.phase !== 'end') this.#last.set(event.id, { seq: event.best.seq, atMs: nowMs });
    const taken = this.#take(event, rule).finally(() => this.#running.delete(taken));
    this.#running.add(taken);
  }

  /** Resolves when no picture is being taken. */
  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#running);
  }

  #mayTake(camera: string, nowMs: number): boolean {
    let bucket = this.#buckets.get(camera);
    if (bucket === undefined) this.#buckets.set(camera, (bucket = new TokenBucket(RATE_OF_CAMERA, nowMs)));
    return bucket.take(nowMs);
  }

  async #take(event: ObjectEvent, { isCropped, maxHeight, quality }: PictureRule): Promise<void> {
    const { seq, ptsMs, box } = event.best;
    try {
      const { jpeg } = await this.#options.originals.jpeg(
        { streamId: event.streamId, seq, ptsMs },
        {
          quality,
          signal: this.#ending.signal,
          ...(isCropped && { box: withMargin(box) }),
          ...(maxHeight !== undefined && { maxHeight }),
        },
      );
      if (jpeg !== undefined) this.#options.onPicture(event, jpeg);
    } catch {
      // The end, or a picture that cannot be named; the object keeps what it has.
    }
  }
}

function withMargin({ x1, y1, x2, y2 }: Box): Box {
  const margin = MARGIN * Math.max(x2 - x1, y2 - y1);
  return { x1: x1 - margin, y1: y1 - margin, x2: x2 + margin, y2: y2 + margin };
}
