import type { CameraFacts, CameraRules } from './api.js';
import { Answers } from '../answers.js';
import type { FeedMessage } from '../../../feed/protocol.js';
import type { Percept } from '../feed.js';
import { Percepts } from './percepts.js';

/** How far back a picture may be looked at. */
export const KEPT_MS = 120_000;
/** The span of sparklines and timelines. */
export const TIMELINE_MS = 60_000;

type StreamStats = Extract<FeedMessage, { type: 'stats' }>['streams'][number];
export type SceneNote = Extract<FeedMessage, { type: 'object' | 'crossing' }>;
export type Counts = Extract<FeedMessage, { type: 'count' }>['counts'];
export type Mark = { readonly atMs: number; readonly reason: string };
export type Latency = { readonly atMs: number; readonly latencyMs: number };

/** All that the page knows of one camera. Times are Unix milliseconds of the server. */
export class CameraModel {
  readonly name: string;
  readonly percepts = new Percepts(KEPT_MS);
  readonly answers = new Answers();
  latencies: Latency[] = [];
  drops: Mark[] = [];
  /** The newest objects and crossings last. */
  notes: SceneNote[] = [];
  counts: Counts = [];
  stats: StreamStats | undefined;
  facts: CameraFacts | undefined;
  rules: CameraRules | undefined;

  constructor(name: string) {
    this.name = name;
  }

  percept(percept: Percept): void {
    this.percepts.push(percept);
    this.answers.push(percept);
    const { emittedAt, latencyMs } = percept.times;
    this.latencies = since([...this.latencies, { atMs: emittedAt, latencyMs }], emittedAt - TIMELINE_MS);
  }

  drop(atMs: number, reason: string): void {
    this.drops = since([...this.drops, { atMs, reason }], atMs - TIMELINE_MS);
  }

  note(note: SceneNote): void {
    this.notes = [...this.notes, note].slice(-MOST_NOTES);
  }

  get budgetMs(): number | undefined {
    return this.rules?.latencyBudgetMs ?? undefined;
  }

  /** Percepts in a second, over the last five. */
  fpsAt(nowMs: number): number {
    return this.latencies.filter(({ atMs }) => atMs > nowMs - RATE_MS).length / (RATE_MS / 1000);
  }

  /** Age of what the newest percept shows; undefined without one. */
  ageAt(nowMs: number): number | undefined {
    const newest = this.percepts.newest;
    return newest && Math.max(0, nowMs - newest.times.capturedAt);
  }
}

const RATE_MS = 5000;
const MOST_NOTES = 200;

function since<T extends { readonly atMs: number }>(marks: T[], fromMs: number): T[] {
  return marks.slice(
    Math.max(
      0,
      marks.findIndex(({ atMs }) => atMs >= fromMs),
    ),
  );
}
