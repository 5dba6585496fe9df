import type { WallClock } from '../../../core/clock.js';
import type { RecordStats } from '../record-streams.js';
import { restartSamples } from './camera-metrics.js';
import type { MetricsRegistry, Sample } from './registry.js';

export type RecordMetricsSources = {
  /** Of each camera with a stream of its own for recordings. */
  readonly records: () => ReadonlyMap<string, RecordStats>;
  readonly clock: WallClock;
};

const CAMERA = { labels: ['camera'] } as const;
const WITH_REASON = { labels: ['camera', 'reason'] } as const;

/** The streams for recordings have names of their own, so that a sum over cameras counts each frame once. */
export function addRecordMetrics(registry: MetricsRegistry, { records, clock }: RecordMetricsSources): void {
  const each = (of: (stats: RecordStats) => number | undefined) =>
    function* (): Iterable<Sample<'camera'>> {
      for (const [camera, stats] of records()) {
        const value = of(stats);
        if (value !== undefined) yield [{ camera }, value];
      }
    };
  registry.gauge(
    {
      name: 'record_up',
      help: "1 if the camera's stream for recordings gives pictures, 0 if it is away; absent while nobody needs it.",
      ...CAMERA,
    },
    each(({ state }) => (state === 'idle' ? undefined : Number(state === 'streaming'))),
  );
  registry.gauge(
    { name: 'record_last_frame_timestamp_seconds', help: 'Unix time at which its newest frame arrived.', ...CAMERA },
    each(({ lastFrameAtMs: ms }) => (ms === undefined ? undefined : clock.toUnixMs(ms) / 1000)),
  );
  registry.counter(
    { name: 'record_frames_received_total', help: 'Frames of the stream for recordings.', ...CAMERA },
    each(({ received }) => received),
  );
  registry.counter(
    {
      name: 'record_frames_passed_total',
      help: 'Those that recordings, clips and viewers could have: received minus dropped.',
      ...CAMERA,
    },
    each(({ passed }) => passed),
  );
  registry.counter(
    { name: 'record_frames_dropped_total', help: 'Those that they could not have, by the reason.', ...WITH_REASON },
    function* () {
      for (const [camera, { drops }] of records())
        for (const [reason, count] of Object.entries(drops)) yield [{ camera, reason }, count];
    },
  );
  registry.counter(
    {
      name: 'record_restarts_total',
      help: 'Times that this stream had to begin again, by the reason.',
      ...WITH_REASON,
    },
    function* () {
      for (const [camera, { restarts }] of records()) yield* restartSamples(camera, restarts);
    },
  );
}
