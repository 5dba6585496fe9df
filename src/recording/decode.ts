import type { Detection } from '../core/detection.js';
import { DataError } from '../core/errors.js';
import {
  fileOf,
  type DropEvent,
  type Forecast,
  type GapEvent,
  type PerceptEvent,
  type PipelineEvent,
  type StatusEvent,
} from '../core/events.js';
import type { CaptureTrust } from '../core/frame.js';
import { checkLine } from './check-line.js';
import {
  RECORDING_SCHEMA,
  UNRECORDED_TRUST,
  type DetectionLine,
  type ForecastLine,
  type RecordingHeader,
  type RecordingLine,
  type TrustKeys,
} from './format.js';

/**
 * Reads a recording's first line.
 * @throws DataError if it is not a recording's header
 */
export function decodeHeader(line: string): RecordingHeader {
  const header = parse(line, 1) as Partial<RecordingHeader>;
  if (header.type !== 'header' || header.schema !== RECORDING_SCHEMA) {
    throw new DataError(
      `not a Nowcast recording: the first line must have "schema": "${RECORDING_SCHEMA}", got ${JSON.stringify(header.schema ?? line.slice(0, 60))}`,
    );
  }
  if (!Array.isArray(header.classes) || !Array.isArray(header.streams) || typeof header.unixUsAtZero !== 'number') {
    throw new DataError('recording header: "classes" and "streams" must be arrays and "unixUsAtZero" a number');
  }
  return header as RecordingHeader;
}

/**
 * Reads one event line.
 * @param lineNumber counted from 1, for messages
 * @throws DataError naming the line and the key
 */
export function decodeEvent(line: string, lineNumber: number, classes: readonly string[]): PipelineEvent {
  return fromLine(checkLine(parse(line, lineNumber), lineNumber, classes.length), classes);
}

function fromLine(line: RecordingLine, classes: readonly string[]): PipelineEvent {
  switch (line.type) {
    case 'percept':
      return {
        type: 'percept',
        streamId: line.stream,
        seq: line.seq,
        ...fileOf(line),
        epoch: line.epoch,
        ptsMs: line.ptsUs / 1000,
        ...fromTrustKeys(line),
        width: line.width,
        height: line.height,
        times: {
          capturedAtMs: line.capturedUs / 1000,
          readyAtMs: line.readyUs / 1000,
          startedAtMs: line.startedUs / 1000,
          inferStartMs: line.inferStartUs / 1000,
          inferEndMs: line.inferEndUs / 1000,
          doneAtMs: line.doneUs / 1000,
          emittedAtMs: line.emittedUs / 1000,
        },
        detections: line.detections.map((d) => fromDetectionLine(d, classes)),
        ...(line.forecast === undefined ? {} : { forecast: fromForecastLine(line.forecast, classes) }),
        overBudget: line.overBudget ?? false,
      } satisfies PerceptEvent;
    case 'drop':
      return {
        type: 'drop',
        streamId: line.stream,
        seq: line.seq,
        ...fileOf(line),
        epoch: line.epoch,
        ptsMs: line.ptsUs / 1000,
        capturedAtMs: line.capturedUs / 1000,
        ...fromTrustKeys(line),
        reason: line.reason,
        atMs: line.atUs / 1000,
      } satisfies DropEvent;
    case 'gap':
      return {
        type: 'gap',
        streamId: line.stream,
        fromMs: line.fromUs / 1000,
        toMs: line.toUs / 1000,
        why: line.why,
      } satisfies GapEvent;
    case 'status':
      return {
        type: 'status',
        ...(line.stream === undefined ? {} : { streamId: line.stream }),
        atMs: line.atUs / 1000,
        state: line.state,
        ...(line.message === undefined ? {} : { message: line.message }),
      } satisfies StatusEvent;
  }
}

function fromTrustKeys({ captureClock, uncertaintyUs }: TrustKeys): CaptureTrust {
  return captureClock === undefined || uncertaintyUs === undefined
    ? UNRECORDED_TRUST
    : { captureClock, uncertaintyMs: uncertaintyUs / 1000 };
}

function fromDetectionLine({ box, score, classId, trackId }: DetectionLine, classes: readonly string[]): Detection {
  const [x1, y1, x2, y2] = box;
  return {
    box: { x1, y1, x2, y2 },
    score,
    classId,
    className: classes[classId],
    ...(trackId === undefined ? {} : { trackId }),
  };
}

function fromForecastLine({ forecaster, validUs, detections }: ForecastLine, classes: readonly string[]): Forecast {
  return { forecaster, validAtMs: validUs / 1000, detections: detections.map((d) => fromDetectionLine(d, classes)) };
}

function parse(line: string, lineNumber: number): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new DataError(`recording line ${lineNumber} is not JSON: ${line.slice(0, 60)}`, { cause });
  }
  if (typeof value !== 'object' || value === null)
    throw new DataError(`recording line ${lineNumber} is not a JSON object`);
  return value;
}
