import type { Detection } from '../src/core/detection.js';
import { DataError } from '../src/core/errors.js';
import type { TrackerFactory } from '../src/track/tracker.js';
import type { DetectionColumns } from './coco-ap.js';
import { DetectionList } from './detection-list.js';
import type { GroundTruth } from './ground-truth.js';
import { lastOutputs } from './pairing.js';
import type { StreamedRun } from './streamed-run.js';

/** Trackers count time in frames of this length, as in live runs. */
export const TRACKER_FRAME_MS = 1000 / 30;

/**
 * Forecasts the objects of every frame from the last output available at its time, and from the outputs that earlier
 * frames were paired with, as a forecaster beside the detector would. Source: mtli/sAP `forecast/pps_forecast_kf.py`.
 * @param detectionsOf the detections of an output, by its group of detections
 * @returns detections whose frame is the image index
 */
export function forecastResults(
  truth: GroundTruth,
  run: StreamedRun,
  eta: number,
  detectionsOf: (detectionFrame: number) => readonly Detection[],
  forecaster: TrackerFactory,
): DetectionColumns {
  const results = new DetectionList();
  truth.sequences.forEach(({ images }, s) => {
    const { outputs, frameTimesS } = run.sequences[s];
    const last = lastOutputs(outputs.timesS, frameTimesS(eta));
    const capturedS = frameTimesS(0);
    const tracker = forecaster.create({ frameIntervalMs: TRACKER_FRAME_MS, onEmpty: 'keep' });
    for (let i = 0; i < images.length; i++) {
      const { id, size } = truth.images[images[i]];
      if (size === undefined)
        throw new DataError(
          `annotations: the image with id ${id} has no "width" and "height", which a forecast needs to clip boxes to the picture`,
        );
      if (last[i] < 0) continue;
      const input = outputs.inputFrames[last[i]];
      if (i === 0 || last[i] !== last[i - 1])
        tracker.observe(detectionsOf(outputs.detectionFrames[last[i]]), capturedS[input] * 1000, size);
      for (const detection of tracker.forecast(capturedS[i] * 1000, size))
        results.addDetection(images[i], detection.classId, detection);
    }
  });
  return results.columns();
}
