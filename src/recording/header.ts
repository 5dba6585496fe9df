import type { WallClock } from '../core/clock.js';
import type { DetectorInfo, ModelDetectorInfo } from '../core/detector.js';
import { RECORDING_SCHEMA, type RecordingHeader } from './format.js';

/** A recording's header. */
export function recordingHeader(about: Omit<RecordingHeader, 'type' | 'schema'>): RecordingHeader {
  return { type: 'header', schema: RECORDING_SCHEMA, ...about };
}

/**
 * The header of a run of a detector.
 * @param clock the clock of the events' stamps
 */
export function runHeader(
  { model, modelSha256, input: { width, height }, provider, classNames }: DetectorInfo & Partial<ModelDetectorInfo>,
  clock: WallClock,
  about: Pick<RecordingHeader, 'streams' | 'config' | 'host'>,
): RecordingHeader {
  return recordingHeader({
    unixUsAtZero: Math.round(clock.toUnixMs(0) * 1000),
    classes: classNames,
    model: {
      name: model,
      ...(modelSha256 === undefined ? {} : { sha256: modelSha256 }),
      input: { width, height },
      ...(provider === undefined ? {} : { provider }),
    },
    ...about,
  });
}
