import type { Detection } from '../../src/core/detection.js';
import type { DropEvent, PerceptEvent } from '../../src/core/events.js';
import type { CaptureTrust } from '../../src/core/frame.js';
import type { RecordingHeader } from '../../src/recording/format.js';
import { recordingHeader } from '../../src/recording/header.js';

export const CLASSES = ['person', 'bicycle', 'car'];

export const HEADER: RecordingHeader = recordingHeader({
  unixUsAtZero: 0,
  classes: CLASSES,
  streams: ['cam'],
  config: {},
  host: { nowcast: '0.1.0', node: 'v20', platform: 'linux-x64', cpu: 'test' },
});

const TRUST: CaptureTrust = { captureClock: 'sender', uncertaintyMs: 4.5 };

export function detectionOf(
  classId: number,
  score: number,
  box: [number, number, number, number] = [10, 20, 110.5, 220.25],
): Detection {
  const [x1, y1, x2, y2] = box;
  return { box: { x1, y1, x2, y2 }, score, classId, className: CLASSES[classId] };
}

/** Of a percept that is emitted `latencyMs` after its capture. */
export function timesOf(capturedAtMs: number, latencyMs: number): PerceptEvent['times'] {
  return {
    capturedAtMs,
    readyAtMs: capturedAtMs + 5,
    startedAtMs: capturedAtMs + 6,
    inferStartMs: capturedAtMs + 7,
    inferEndMs: capturedAtMs + latencyMs - 2,
    doneAtMs: capturedAtMs + latencyMs - 1,
    emittedAtMs: capturedAtMs + latencyMs,
  };
}

/** Captured at 100 ms a frame, emitted 40 ms later. */
export function perceptOf(seq: number, changes: Partial<PerceptEvent> = {}): PerceptEvent {
  const capturedAtMs = seq * 100;
  return {
    type: 'percept',
    streamId: 'cam',
    seq,
    epoch: 0,
    ptsMs: capturedAtMs,
    ...TRUST,
    width: 768,
    height: 432,
    times: timesOf(capturedAtMs, 40),
    detections: [detectionOf(0, 0.9), detectionOf(2, 0.4)],
    overBudget: false,
    ...changes,
  };
}

export function dropEventOf(seq: number, changes: Partial<DropEvent> = {}): DropEvent {
  return {
    type: 'drop',
    streamId: 'cam',
    seq,
    epoch: 0,
    ptsMs: seq * 100,
    capturedAtMs: seq * 100,
    ...TRUST,
    reason: 'superseded',
    atMs: seq * 100 + 50,
    ...changes,
  };
}
