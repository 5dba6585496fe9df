import { Subject, Subscription } from 'rxjs';
import type { SourceEvent } from '../../src/core/events.js';
import { createPipeline } from '../../src/pipeline/create-pipeline.js';
import { SharedDetector } from '../../src/pipeline/shared-detector.js';
import { FakeDetector, settled } from '../helpers/fake-detector.js';
import { FrameLedger } from '../helpers/frames.js';
import { randomSource } from '../helpers/random.js';

type Camera = {
  readonly phaseMs: number;
  readonly periodMs: number;
  /** Frames come up to this much later than they should. Default: 0. */
  readonly jitterMs?: number;
  readonly priority?: number;
  readonly latencyBudgetMs?: number | undefined;
};

type Simulation = {
  readonly cameras: readonly Camera[];
  /** Runtimes of the detector, evenly distributed. */
  readonly runtime: { readonly least: number; readonly spread: number };
  readonly seed: number;
  readonly lengthMs: number;
};

/** What a camera got of the detector. */
export type Served = {
  readonly received: number;
  readonly percepts: number;
  /** Of its newest percept, over the whole time. */
  readonly meanAgeMs: number;
};

export const shareOf = ({ received, percepts }: Served): number => percepts / received;

/** Cameras beside one detector, each with a pipeline of its own, in simulated time. */
export async function simulate({ cameras, runtime, seed, lengthMs }: Simulation): Promise<Served[]> {
  const { uniform } = randomSource(seed);
  const detector = new FakeDetector();
  const shared = new SharedDetector(detector);
  const ledger = new FrameLedger();
  let nowMs = 0;
  const runs = new Subscription();
  const streams = cameras.map(({ phaseMs, periodMs, jitterMs = 0, priority, latencyBudgetMs }, i) => {
    const stream = {
      id: `camera-${i}`,
      source: new Subject<SourceEvent>(),
      dueMs: phaseMs,
      /** The moment at which the next frame comes. */
      next: (received: number) => phaseMs + received * periodMs + uniform() * jitterMs,
      received: 0,
      percepts: 0,
      newestMs: 0,
      ageSum: 0,
    };
    const running = createPipeline({
      sources: [stream.source],
      detector: shared,
      clock: { now: () => nowMs },
      priority,
      latencyBudgetMs,
    }).subscribe((event) => {
      if (event.type !== 'percept') return;
      stream.percepts += 1;
      stream.newestMs = event.times.capturedAtMs;
    });
    runs.add(running);
    return stream;
  });
  let doneMs = Infinity;
  const plan = (): void => {
    doneMs =
      detector.jobs.length === 0 ? Infinity : nowMs + runtime.least + Math.floor(uniform() * (runtime.spread + 1));
  };
  while (nowMs < lengthMs) {
    const arrivalMs = Math.min(...streams.map(({ dueMs }) => dueMs));
    const untilMs = Math.min(arrivalMs, doneMs);
    // The mean of an age that grows evenly is that of its ends.
    for (const stream of streams) stream.ageSum += (untilMs - nowMs) * ((nowMs + untilMs) / 2 - stream.newestMs);
    nowMs = untilMs;
    if (doneMs <= arrivalMs) {
      detector.jobs.shift()!.finish([], nowMs, nowMs);
      await settled();
      plan();
      continue;
    }
    for (const stream of streams) {
      if (stream.dueMs > nowMs) continue;
      stream.source.next(ledger.frame(stream.id, stream.received++, { capturedAtMs: nowMs }));
      stream.dueMs = stream.next(stream.received);
    }
    if (doneMs === Infinity) plan();
  }
  // Time stands still now: a detector that is kept for a frame would be so for ever.
  runs.unsubscribe();
  return streams.map(({ received, percepts, ageSum }) => ({ received, percepts, meanAgeMs: ageSum / nowMs }));
}
