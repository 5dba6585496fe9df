import { FEED_KINDS, type FeedDetection, type FeedInfo, type FeedKind, type FeedSubscribe } from './protocol.js';

/** The filter for the detections of a percept. Equal filters have equal keys, so that they share one encoding. */
export type DetectionFilter = {
  readonly key: string;
  readonly keeps: (detection: FeedDetection) => boolean;
};

/** One client's subscription. */
export class Subscription {
  /** Undefined if the client wants every detection. */
  readonly filter: DetectionFilter | undefined;
  readonly #kinds: ReadonlySet<FeedKind>;
  readonly #streams: ReadonlySet<string> | undefined;
  readonly #intervalMs: number | undefined;
  /** For each stream, the time of the next allowed percept, in Unix milliseconds. */
  readonly #dueAtMs = new Map<string, number>();

  constructor({ streams, kinds, minScore, classes, maxFps }: Omit<FeedSubscribe, 'type'>, info: FeedInfo) {
    this.#kinds = new Set(kinds ?? FEED_KINDS);
    this.#streams = streams === undefined ? undefined : new Set(streams);
    this.#intervalMs = maxFps === undefined ? undefined : 1000 / maxFps;
    if (minScore !== undefined || classes !== undefined) this.filter = detectionFilter(minScore ?? 0, classes, info);
  }

  /** @param stream undefined for messages about the whole run, which every client gets */
  wants(kind: FeedKind, stream: string | undefined): boolean {
    return this.#kinds.has(kind) && (stream === undefined || this.#streams === undefined || this.#streams.has(stream));
  }

  /** True if `maxFps` allows this percept. It keeps the requested rate on average even if percepts come unevenly. */
  takesTurn(stream: string, emittedAtMs: number): boolean {
    if (this.#intervalMs === undefined) return true;
    const dueAtMs = this.#dueAtMs.get(stream) ?? -Infinity;
    if (emittedAtMs < dueAtMs) return false;
    const lateMs = emittedAtMs - dueAtMs;
    this.#dueAtMs.set(stream, (lateMs < this.#intervalMs ? dueAtMs : emittedAtMs) + this.#intervalMs);
    return true;
  }
}

function detectionFilter(minScore: number, classes: readonly string[] | undefined, info: FeedInfo): DetectionFilter {
  const names = classes && new Set(classes);
  const classIds = names && new Set(info.classes.flatMap((name, classId) => (names.has(name) ? [classId] : [])));
  return {
    key: `${minScore} ${classIds === undefined ? '*' : [...classIds].join()}`,
    keeps: ({ score, classId }) => score >= minScore && (classIds === undefined || classIds.has(classId)),
  };
}
