import type { Detection } from '../core/detection.js';
import { DataError } from '../core/errors.js';
import { DROP_REASONS, isDropReason, STATUS_STATES, type DropEvent, type Forecast, type GapEvent, type PerceptEvent, type PipelineEvent, type StatusEvent } from '../core/events.js';
import { CAPTURE_CLOCKS, type CaptureClock, type CaptureTrust } from '../core/frame.js';
import type { Size } from '../core/letterbox.js';

/** Names the format in the first line of every recording. */
export const RECORDING_SCHEMA = 'nowcast.recording/1';

/** First line of a recording: what ran, where, and how to read the rest. */
export type RecordingHeader = {
  readonly type: 'header';
  readonly schema: typeof RECORDING_SCHEMA;
  /** Unix time at which the recording's clock stood at 0, in microseconds. */
  readonly unixUsAtZero: number;
  /** Class names by class id. */
  readonly classes: readonly string[];
  readonly streams: readonly string[];
  readonly model?: { readonly name: string; readonly sha256: string; readonly input: Size; readonly provider: string };
  /** The resolved configuration, without secrets. */
  readonly config: unknown;
  readonly host: { readonly nowcast: string; readonly node: string; readonly platform: string; readonly cpu: string };
};

type DetectionLine = {
  readonly box: readonly [number, number, number, number];
  readonly score: number;
  readonly classId: number;
  readonly trackId?: number;
};

/**
 * How well `capturedUs` is known. Absent, both, from recordings of releases that did not know: their frames are read as
 * {@link UNRECORDED_TRUST}.
 */
type TrustKeys = { readonly captureClock?: CaptureClock; readonly uncertaintyUs?: number };

/**
 * What earlier releases can vouch for: a camera's frame was held to be captured at most five seconds before it came in.
 * That is too wide for a file, whose times are exact, and a recording does not say which it was.
 */
export const UNRECORDED_TRUST: CaptureTrust = { captureClock: 'arrival', uncertaintyMs: 5_000 };

type ForecastLine = { readonly forecaster: string; readonly validUs: number; readonly detections: readonly DetectionLine[] };

/** One line after the header. All times are integer microseconds on the recording's clock. */
export type RecordingLine =
  | TrustKeys & {
      readonly type: 'percept';
      readonly stream: string;
      readonly seq: number;
      readonly epoch: number;
      readonly ptsUs: number;
      readonly width: number;
      readonly height: number;
      readonly capturedUs: number;
      readonly readyUs: number;
      readonly startedUs: number;
      readonly inferStartUs: number;
      readonly inferEndUs: number;
      readonly doneUs: number;
      readonly emittedUs: number;
      readonly overBudget?: true;
      readonly detections: readonly DetectionLine[];
      readonly forecast?: ForecastLine;
    }
  | TrustKeys & {
      readonly type: 'drop';
      readonly stream: string;
      readonly seq: number;
      readonly epoch: number;
      readonly ptsUs: number;
      readonly capturedUs: number;
      readonly reason: DropEvent['reason'];
      readonly atUs: number;
    }
  | { readonly type: 'gap'; readonly stream: string; readonly fromUs: number; readonly toUs: number; readonly why: string }
  | { readonly type: 'status'; readonly stream?: string; readonly atUs: number; readonly state: StatusEvent['state']; readonly message?: string };

/** The event as a line of a recording, without the line feed. */
export function encodeEvent(event: PipelineEvent): string {
  return JSON.stringify(toLine(event));
}

/**
 * Reads a recording's first line.
 * @throws DataError where it is not a recording's header
 */
export function decodeHeader(line: string): RecordingHeader {
  const header = parse(line, 1) as Partial<RecordingHeader>;
  if (header.type !== 'header' || header.schema !== RECORDING_SCHEMA) {
    throw new DataError(`not a Nowcast recording: the first line must have "schema": "${RECORDING_SCHEMA}", got ${JSON.stringify(header.schema ?? line.slice(0, 60))}`);
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
  return fromLine(checked(parse(line, lineNumber), lineNumber, classes.length), classes);
}

function toLine(event: PipelineEvent): RecordingLine {
  switch (event.type) {
    case 'percept': {
      const { times } = event;
      return {
        type: 'percept',
        stream: event.streamId,
        seq: event.seq,
        epoch: event.epoch,
        ptsUs: toUs(event.ptsMs),
        width: event.width,
        height: event.height,
        capturedUs: toUs(times.capturedAtMs),
        ...toTrustKeys(event),
        readyUs: toUs(times.readyAtMs),
        startedUs: toUs(times.startedAtMs),
        inferStartUs: toUs(times.inferStartMs),
        inferEndUs: toUs(times.inferEndMs),
        doneUs: toUs(times.doneAtMs),
        emittedUs: toUs(times.emittedAtMs),
        ...(event.overBudget ? { overBudget: true } : {}),
        detections: event.detections.map(toDetectionLine),
        ...(event.forecast === undefined ? {} : { forecast: {
          forecaster: event.forecast.forecaster,
          validUs: toUs(event.forecast.validAtMs),
          detections: event.forecast.detections.map(toDetectionLine),
        } }),
      };
    }
    case 'drop':
      return {
        type: 'drop',
        stream: event.streamId,
        seq: event.seq,
        epoch: event.epoch,
        ptsUs: toUs(event.ptsMs),
        capturedUs: toUs(event.capturedAtMs),
        ...toTrustKeys(event),
        reason: event.reason,
        atUs: toUs(event.atMs),
      };
    case 'gap':
      return { type: 'gap', stream: event.streamId, fromUs: toUs(event.fromMs), toUs: toUs(event.toMs), why: event.why };
    case 'status':
      return {
        type: 'status',
        ...(event.streamId === undefined ? {} : { stream: event.streamId }),
        atUs: toUs(event.atMs),
        state: event.state,
        ...(event.message === undefined ? {} : { message: event.message }),
      };
  }
}

function fromLine(line: RecordingLine, classes: readonly string[]): PipelineEvent {
  switch (line.type) {
    case 'percept':
      return {
        type: 'percept',
        streamId: line.stream,
        seq: line.seq,
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
        epoch: line.epoch,
        ptsMs: line.ptsUs / 1000,
        capturedAtMs: line.capturedUs / 1000,
        ...fromTrustKeys(line),
        reason: line.reason,
        atMs: line.atUs / 1000,
      } satisfies DropEvent;
    case 'gap':
      return { type: 'gap', streamId: line.stream, fromMs: line.fromUs / 1000, toMs: line.toUs / 1000, why: line.why } satisfies GapEvent;
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

function toUs(ms: number): number {
  return Math.round(ms * 1000);
}

function toTrustKeys({ captureClock, uncertaintyMs }: CaptureTrust): Required<TrustKeys> {
  return { captureClock, uncertaintyUs: toUs(uncertaintyMs) };
}

function fromTrustKeys({ captureClock, uncertaintyUs }: TrustKeys): CaptureTrust {
  return captureClock === undefined || uncertaintyUs === undefined ? UNRECORDED_TRUST : { captureClock, uncertaintyMs: uncertaintyUs / 1000 };
}

function toDetectionLine({ box, score, classId, trackId }: Detection): DetectionLine {
  return { box: [box.x1, box.y1, box.x2, box.y2], score, classId, ...(trackId === undefined ? {} : { trackId }) };
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

function parse(line: string, lineNumber: number): unknown {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new DataError(`recording line ${lineNumber} is not JSON: ${line.slice(0, 60)}`, { cause });
  }
  if (typeof value !== 'object' || value === null) throw new DataError(`recording line ${lineNumber} is not a JSON object`);
  return value;
}

const NUMBERS = {
  percept: ['seq', 'epoch', 'ptsUs', 'width', 'height', 'capturedUs', 'readyUs', 'startedUs', 'inferStartUs', 'inferEndUs', 'doneUs', 'emittedUs'],
  drop: ['seq', 'epoch', 'ptsUs', 'capturedUs', 'atUs'],
  gap: ['fromUs', 'toUs'],
  status: ['atUs'],
} as const satisfies Record<RecordingLine['type'], readonly string[]>;

function checked(value: unknown, lineNumber: number, classCount: number): RecordingLine {
  const line = value as Record<string, unknown>;
  const fail = (key: string, wanted: string): never => {
    throw new DataError(`recording line ${lineNumber}: "${key}" must be ${wanted}, got ${JSON.stringify(line[key])}`);
  };
  const type = line['type'] as RecordingLine['type'];
  const numbers = NUMBERS[type] ?? fail('type', 'percept, drop, gap or status');
  for (const key of numbers) if (!Number.isInteger(line[key])) fail(key, 'an integer');
  if (type === 'percept' || type === 'drop') checkTrust(line, fail);
  if (type !== 'status' && typeof line['stream'] !== 'string') fail('stream', 'a string');
  if (type === 'drop' && !isDropReason(line['reason'])) fail('reason', `one of ${DROP_REASONS.join(', ')}, or policy:<text>`);
  if (type === 'status' && !STATUS_STATES.includes(line['state'] as StatusEvent['state'])) fail('state', `one of ${STATUS_STATES.join(', ')}`);
  if (type === 'percept') {
    if (!areDetections(line['detections'], classCount)) fail('detections', `an array of {box: [x1,y1,x2,y2], score, classId below ${classCount}}`);
    const forecast = line['forecast'] as ForecastLine | undefined;
    if (forecast !== undefined && !(typeof forecast.forecaster === 'string' && Number.isInteger(forecast.validUs) && areDetections(forecast.detections, classCount))) {
      fail('forecast', 'an object {forecaster, validUs, detections}');
    }
  }
  return line as RecordingLine;
}

/** Both keys or neither. */
function checkTrust(line: Readonly<Record<string, unknown>>, fail: (key: string, wanted: string) => never): void {
  const { captureClock, uncertaintyUs } = line;
  if (captureClock === undefined && uncertaintyUs === undefined) return;
  if (!CAPTURE_CLOCKS.includes(captureClock as CaptureClock)) fail('captureClock', `one of ${CAPTURE_CLOCKS.join(', ')}`);
  if (!Number.isInteger(uncertaintyUs) || (uncertaintyUs as number) < 0) fail('uncertaintyUs', 'an integer of 0 or more');
}

function areDetections(value: unknown, classCount: number): boolean {
  return Array.isArray(value) && value.every((d: Partial<DetectionLine>) =>
    Array.isArray(d.box) && d.box.length === 4 && d.box.every(Number.isFinite) && Number.isFinite(d.score) &&
    Number.isInteger(d.classId) && d.classId! >= 0 && d.classId! < classCount);
}
