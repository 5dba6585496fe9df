import type { Detection } from '../core/detection.js';
import { associate, byScore } from './associate.js';
import { clipToPicture } from './clip.js';
import { correct, motionAt, predict, type Motion } from './kalman.js';
import type { Tracker, TrackerOptions } from './tracker.js';

export type KalmanTrackerOptions = TrackerOptions & {
  /**
   * What an observation without detections does: `forget` clears the tracks, as sAP's Streamer does and as fits a live
   * stream; `keep` lets the old boxes move on until the next detection, as its post-process does. Default: `forget`.
   */
  readonly onEmpty?: 'forget' | 'keep';
};

type Track = {
  readonly id: number;
  /** The latest detection: its score and class are the forecast's. */
  seen: Detection;
  readonly left: Motion;
  readonly top: Motion;
  readonly width: Motion;
  readonly height: Motion;
};

/** Variances in square pixels (per square frame for rates), and the overlap that makes a match, as sAP has them. */
const MEASURED_VARIANCE = 10;
const FIRST_VARIANCE = 100;
const MIN_IOU = 0.3;
const MIN_AREA = 75;

/**
 * The Kalman forecaster of the streaming perception toolkit: a track lives while every observation matches it, an
 * observation that matches none starts afresh, new objects stand still until they are seen again.
 * Source: mtli/sAP `forecast/pps_forecast_kf.py` (post-process) and `forecast/streamer.py` (live).
 */
export function kalmanTracker({ frameIntervalMs, onEmpty = 'forget' }: KalmanTrackerOptions): Tracker {
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
      const match = associate(detections, order, tracks.map(expected), MIN_IOU);
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
      for (const { id, seen, left, top, width, height } of tracks) {
        const box = clipToPicture(
          left.value + frames * left.rate, top.value + frames * top.rate,
          width.value + frames * width.rate, height.value + frames * height.rate, size, MIN_AREA);
        if (box !== undefined) forecasts.push({ ...seen, box, trackId: id });
      }
      return forecasts;
    },

    reset() {
      tracks = [];
    },
  };
}

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

function expected({ seen, left, top, width, height }: Track) {
  return {
    box: { x1: left.value, y1: top.value, x2: left.value + width.value, y2: top.value + height.value },
    classId: seen.classId,
  };
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
