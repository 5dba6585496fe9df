import { randomUUID } from 'node:crypto';
import type { WallClock } from '../core/clock.js';
import type { DetectorInfo, ModelDetectorInfo } from '../core/detector.js';
import { RECORDING_SCHEMA, type RecordingHeader } from './format.js';
import { toUs } from './microseconds.js';

/** Whether a line begins a run, whoever has formatted it. */
export function isHeaderLine(line: string): boolean {
  return /^\s*\{\s*"type"\s*:\s*"header"/.test(line);
}

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
    runId: randomUUID(),
    unixUsAtZero: toUs(clock.toUnixMs(0)),
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
