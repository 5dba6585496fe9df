import type { Detection } from '../core/detection.js';
import type { Detector, DetectorResult } from '../core/detector.js';
import { ExtensionError } from '../core/errors.js';
import { shown } from '../core/extension.js';

/**
 * Returns a detector's result if it is valid.
 * @throws ExtensionError naming the detector and the invalid key
 */
export function checkedResult({ info }: Detector, answer: unknown): DetectorResult {
  const { detections, times } = (answer ?? {}) as Partial<DetectorResult>;
  const fail = (problem: string): never => {
    throw new ExtensionError('detector', info.model, problem);
  };
  if (!Array.isArray(detections)) fail(`answered ${shown(answer)}; it must be { detections: an array, times }`);
  const classCount = info.classNames.length;
  (detections as unknown[]).forEach((detection, i) => {
    const problem = problemOf(detection as Partial<Detection> | undefined, classCount);
    if (problem !== undefined) fail(`answered detections[${i}] with ${problem}`);
  });
  for (const key of ['inferStartMs', 'inferEndMs', 'doneAtMs'] as const) {
    if (!Number.isFinite(times?.[key]))
      fail(`answered times.${key} ${shown(times?.[key])}; it must be milliseconds on the clock of the pipeline`);
  }
  return answer as DetectorResult;
}

function problemOf(detection: Partial<Detection> | undefined, classCount: number): string | undefined {
  const { box, score, classId, className } = detection ?? {};
  const { x1, y1, x2, y2 } = box ?? {};
  if (!(Number.isFinite(x1) && Number.isFinite(y1) && Number.isFinite(x2) && Number.isFinite(y2)))
    return `box ${shown(box)}; its x1, y1, x2 and y2 must be finite numbers`;
  if (!(typeof score === 'number' && score >= 0 && score <= 1))
    return `score ${shown(score)}; it must be a number from 0 to 1`;
  if (!(Number.isInteger(classId) && classId! >= 0 && classId! < classCount))
    return `classId ${shown(classId)}; it must be an index into info.classNames, which has ${classCount}`;
  if (typeof className !== 'string') return `className ${shown(className)}; it must be a text`;
  return undefined;
}
