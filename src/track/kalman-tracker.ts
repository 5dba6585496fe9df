import type { Box } from '../core/box.js';
import type { Detection } from '../core/detection.js';
import { UsageError } from '../core/errors.js';
import { fixedKind } from '../core/named-kind.js';
import { associate, byScore } from './associate.js';
import { clipToPicture } from './clip.js';
import { correct, motionAt, predict, type Motion } from './kalman.js';
import type { Tracker, TrackerKind, TrackerOptions } from './tracker.js';

type Track = {
  readonly id: number;
  /** The latest detection: the forecast has its score and class. */
  seen: Detection;
  readonly left: Motion;
  readonly top: Motion;
  readonly width: Motion;
  readonly height: Motion;
};

/** Variances in square pixels (per square frame for rates), and the overlap required for a match, as in sAP. */
const MEASURED_VARIANCE = 10;
const FIRST_VARIANCE = 100;
const MIN_IOU = 0.3;
const MIN_AREA = 75;

/**
 * The Kalman forecaster of the streaming perception toolkit: a track lives while every observation matches it, an
 * unmatched detection starts a new track, new objects stand still until they are seen again.
 * Source: mtli/sAP `forecast/pps_forecast_kf.py` (post-process) and `forecast/streamer.py` (live).
 *
 * @throws UsageError if the frame interval is not a number above 0
 */
export function kalmanTracker({ frameIntervalMs, onEmpty = 'forget' }: TrackerOptions): Tracker {
  if (!(frameIntervalMs > 0 && Number.isFinite(frameIntervalMs))) {
    throw new UsageError(
      `frameIntervalMs must be a number of milliseconds above 0, got ${frameIntervalMs}; 1000 / fps is right for a steady source`,
    );
  }
  let tracks: Track[] = [];
  let observedAtMs = 0;
  let nextId = 1;

  const start = (seen: Detection): Track => {
    const { x1, y1, x2, y2 } = seen.box;
    return { id: nextId++, seen, left: first(x1), top: first(y1), width: first(x2 - x1), height: first(y2 - y1) };
  };

  return {
    observe(detections, atMs) {
      const frames = (atMs - observedAtMs) / frameIntervalMs;
      for (const track of tracks) advance(track, frames);
      observedAtMs = atMs;
      if (detections.length === 0) {
        if (onEmpty === 'forget') tracks = [];
        return [];
      }

      const order = byScore(detections);
      const expected = tracks.map((track) => ({ box: boxAfter(track, 0), classId: track.seen.classId }));
      const match = associate(detections, order, expected, MIN_IOU);
      const again: Track[] = [];
      const fresh: Track[] = [];
      const ids: number[] = [];
      for (const d of order) {
        const track = match[d] >= 0 ? see(tracks[match[d]], detections[d]) : start(detections[d]);
        (match[d] >= 0 ? again : fresh).push(track);
        ids[d] = track.id;
      }
      tracks = [...again, ...fresh];
      return detections.map((detection, d) => ({ ...detection, trackId: ids[d] }));
    },

    forecast(atMs, size) {
      const frames = (atMs - observedAtMs) / frameIntervalMs;
      const forecasts: Detection[] = [];
      for (const track of tracks) {
        const box = clipToPicture(boxAfter(track, frames), size, MIN_AREA);
        if (box !== undefined) forecasts.push({ ...track.seen, box, trackId: track.id });
      }
      return forecasts;
    },

    reset() {
      tracks = [];
    },
  };
}

export const kalmanKind: TrackerKind = fixedKind(
  { name: 'kalman', create: kalmanTracker },
  'The Kalman filter of the streaming perception toolkit (Li et al. 2020).',
);

function first(value: number): Motion {
  return motionAt(value, FIRST_VARIANCE, FIRST_VARIANCE);
}

function advance({ left, top, width, height }: Track, frames: number): void {
  const noise = frames * frames;
  predict(left, frames, noise, noise);
  predict(top, frames, noise, noise);
  predict(width, frames, noise, noise);
  predict(height, frames, noise, noise);
}

function boxAfter({ left, top, width, height }: Track, frames: number): Box {
  const x1 = left.value + frames * left.rate;
  const y1 = top.value + frames * top.rate;
  return { x1, y1, x2: x1 + width.value + frames * width.rate, y2: y1 + height.value + frames * height.rate };
}

function see(track: Track, seen: Detection): Track {
  const { x1, y1, x2, y2 } = seen.box;
  correct(track.left, x1, MEASURED_VARIANCE);
  correct(track.top, y1, MEASURED_VARIANCE);
  correct(track.width, x2 - x1, MEASURED_VARIANCE);
  correct(track.height, y2 - y1, MEASURED_VARIANCE);
  track.seen = seen;
  return track;
}
