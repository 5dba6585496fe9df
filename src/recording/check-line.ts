import { DataError } from '../core/errors.js';
import { DROP_REASONS, isDropReason, STATUS_STATES, type StatusEvent } from '../core/events.js';
import { CAPTURE_CLOCKS, type CaptureClock } from '../core/frame.js';
import type { DetectionLine, ForecastLine, RecordingLine } from './format.js';

/** Keys with integer values. */
const NUMBERS = {
  percept: [
    'seq',
    'epoch',
    'ptsUs',
    'width',
    'height',
    'capturedUs',
    'readyUs',
    'startedUs',
    'inferStartUs',
    'inferEndUs',
    'doneUs',
    'emittedUs',
  ],
  drop: ['seq', 'epoch', 'ptsUs', 'capturedUs', 'atUs'],
  gap: ['fromUs', 'toUs'],
  status: ['atUs'],
} as const satisfies Record<RecordingLine['type'], readonly string[]>;

/**
 * @param value a line's JSON
 * @param lineNumber counted from 1, for messages
 * @param classCount from the header
 * @throws DataError naming the line and the key
 */
export function checkLine(value: object, lineNumber: number, classCount: number): RecordingLine {
  const line = value as Readonly<Record<string, unknown>>;
  const fail = (key: string, wanted: string): never => {
    throw new DataError(`recording line ${lineNumber}: "${key}" must be ${wanted}, got ${JSON.stringify(line[key])}`);
  };
  const type = line['type'] as RecordingLine['type'];
  const numbers = NUMBERS[type] ?? fail('type', 'percept, drop, gap or status');
  for (const key of numbers) if (!Number.isInteger(line[key])) fail(key, 'an integer');
  if (type === 'percept' || type === 'drop') {
    checkTrust(line, fail);
    if (line['file'] !== undefined && typeof line['file'] !== 'string') fail('file', 'a string');
  }
  if (type !== 'status' && typeof line['stream'] !== 'string') fail('stream', 'a string');
  if (type === 'drop' && !isDropReason(line['reason']))
    fail('reason', `one of ${DROP_REASONS.join(', ')}, or policy:<text>`);
  if (type === 'status' && !STATUS_STATES.includes(line['state'] as StatusEvent['state']))
    fail('state', `one of ${STATUS_STATES.join(', ')}`);
  if (type === 'percept') {
    if (!areDetections(line['detections'], classCount))
      fail('detections', `an array of {box: [x1,y1,x2,y2], score, classId below ${classCount}}`);
    const forecast = line['forecast'] as ForecastLine | undefined;
    if (
      forecast !== undefined &&
      !(
        typeof forecast.forecaster === 'string' &&
        Number.isInteger(forecast.validUs) &&
        areDetections(forecast.detections, classCount)
      )
    ) {
      fail('forecast', 'an object {forecaster, validUs, detections}');
    }
  }
  return line as RecordingLine;
}

/** Requires both keys or neither. */
function checkTrust(line: Readonly<Record<string, unknown>>, fail: (key: string, wanted: string) => never): void {
  const { captureClock, uncertaintyUs } = line;
  if (captureClock === undefined && uncertaintyUs === undefined) return;
  if (!CAPTURE_CLOCKS.includes(captureClock as CaptureClock))
    fail('captureClock', `one of ${CAPTURE_CLOCKS.join(', ')}`);
  if (!Number.isInteger(uncertaintyUs) || (uncertaintyUs as number) < 0)
    fail('uncertaintyUs', 'an integer of 0 or more');
}

function areDetections(value: unknown, classCount: number): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (d: Partial<DetectionLine>) =>
        Array.isArray(d.box) &&
        d.box.length === 4 &&
        d.box.every(Number.isFinite) &&
        Number.isFinite(d.score) &&
        Number.isInteger(d.classId) &&
        d.classId! >= 0 &&
        d.classId! < classCount,
    )
  );
}
