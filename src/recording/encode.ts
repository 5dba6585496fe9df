import type { Detection } from '../core/detection.js';
import { fileOf, type PipelineEvent } from '../core/events.js';
import type { CaptureTrust } from '../core/frame.js';
import type { DetectionLine, RecordingHeader, RecordingLine, TrustKeys } from './format.js';
import { toUs } from './microseconds.js';

/** A recording's first line, without the line feed. */
export function encodeHeader(header: RecordingHeader): string {
  return JSON.stringify(header);
}

/** The event as a line of a recording, without the line feed. */
export function encodeEvent(event: PipelineEvent): string {
  return JSON.stringify(toLine(event));
}

function toLine(event: PipelineEvent): RecordingLine {
  switch (event.type) {
    case 'percept': {
      const { times } = event;
      return {
        type: 'percept',
        stream: event.streamId,
        seq: event.seq,
        ...fileOf(event),
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
        ...(event.forecast === undefined
          ? {}
          : {
              forecast: {
                forecaster: event.forecast.forecaster,
                validUs: toUs(event.forecast.validAtMs),
                detections: event.forecast.detections.map(toDetectionLine),
              },
            }),
      };
    }
    case 'drop':
      return {
        type: 'drop',
        stream: event.streamId,
        seq: event.seq,
        ...fileOf(event),
        epoch: event.epoch,
        ptsUs: toUs(event.ptsMs),
        capturedUs: toUs(event.capturedAtMs),
        ...toTrustKeys(event),
        reason: event.reason,
        atUs: toUs(event.atMs),
      };
    case 'gap':
      return {
        type: 'gap',
        stream: event.streamId,
        fromUs: toUs(event.fromMs),
        toUs: toUs(event.toMs),
        why: event.why,
      };
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

function toTrustKeys({ captureClock, uncertaintyMs }: CaptureTrust): Required<TrustKeys> {
  return { captureClock, uncertaintyUs: toUs(uncertaintyMs) };
}

function toDetectionLine({ box, score, classId, trackId }: Detection): DetectionLine {
  return { box: [box.x1, box.y1, box.x2, box.y2], score, classId, ...(trackId === undefined ? {} : { trackId }) };
}
