import { round3 } from '../../../core/round.js';
import type { FeedStats } from '../../feed/protocol.js';

/** Rates and latencies since the stats before, with Frigate's names where these mean the same. */
export function statsMessage(
  now: FeedStats,
  before: FeedStats,
  service: { readonly startedAtMs: number; readonly version: string; readonly unixMs: number },
): object {
  const seconds = Math.max((now.atMs - before.atMs) / 1000, 1e-3);
  const cameras = now.streams.map((stream) => {
    const earlier = before.streams.find((one) => one.stream === stream.stream);
    const perSecond = (of: (counts: typeof stream) => number): number =>
      // After a reload, a camera may count anew.
      round3(Math.max(0, of(stream) - (earlier === undefined ? 0 : of(earlier))) / seconds);
    const detectionFps = perSecond(({ percepts }) => percepts);
    return [
      stream.stream,
      {
        camera_fps: perSecond(({ received }) => received),
        process_fps: detectionFps,
        detection_fps: detectionFps,
        skipped_fps: perSecond(dropped),
        latency_ms: stream.latencyMs ?? { p50: null, p90: null, p99: null },
        received: stream.received,
        percepts: stream.percepts,
        drops: stream.drops,
      },
    ] as const;
  });
  return {
    cameras: Object.fromEntries(cameras),
    detection_fps: round3(cameras.reduce((sum, [, { detection_fps: fps }]) => sum + fps, 0)),
    service: {
      uptime: Math.round((now.atMs - service.startedAtMs) / 1000),
      version: service.version,
      last_updated: Math.round(service.unixMs / 1000),
    },
  };
}

function dropped({ drops }: FeedStats['streams'][number]): number {
  return Object.values(drops).reduce((sum: number, count) => sum + (count ?? 0), 0);
}
