import type { WallClock } from '../../core/clock.js';
import type { Detection } from '../../core/detection.js';
import { fileOf, type PipelineEvent } from '../../core/events.js';
import type { CaptureTrust } from '../../core/frame.js';
import { round3 } from '../../core/round.js';
import { isSceneEvent, type SceneEvent } from '../../core/scene-events.js';
import {
  FEED_SCHEMA,
  type FeedDetection,
  type FeedHello,
  type FeedInfo,
  type FeedMessage,
  type FeedStats,
} from './protocol.js';
import { toSceneMessage } from './scene-messages.js';

export function helloMessage({ streams, classes }: FeedInfo): FeedHello {
  return { type: 'hello', schema: FEED_SCHEMA, streams, classes, boxFormat: 'xyxy' };
}

/** The event in the feed's format: Unix times, boxes as arrays, forecasts as `detections`. */
export function toFeedMessage(event: PipelineEvent | SceneEvent, wallClock: WallClock): FeedMessage {
  if (isSceneEvent(event)) return toSceneMessage(event, (monotonicMs) => wallClock.toUnixMs(monotonicMs));
  const unix = (monotonicMs: number): number => round3(wallClock.toUnixMs(monotonicMs));
  switch (event.type) {
    case 'percept': {
      const { times, forecast } = event;
      const capturedAt = unix(times.capturedAtMs);
      const observed = event.detections.map(toFeedDetection);
      return {
        type: 'percept',
        stream: event.streamId,
        seq: event.seq,
        ...fileOf(event),
        epoch: event.epoch,
        ptsMs: round3(event.ptsMs),
        size: { width: event.width, height: event.height },
        boxFormat: 'xyxy',
        times: {
          capturedAt,
          emittedAt: unix(times.emittedAtMs),
          observedAt: capturedAt,
          validAt: forecast === undefined ? capturedAt : unix(forecast.validAtMs),
          latencyMs: round3(times.emittedAtMs - times.capturedAtMs),
          ...trustOf(event),
        },
        ...(forecast === undefined
          ? { detections: observed }
          : { detections: forecast.detections.map(toFeedDetection), observed, forecaster: forecast.forecaster }),
        ...(event.overBudget ? { overBudget: true } : {}),
      };
    }
    case 'drop': {
      const { streamId, seq, epoch, reason } = event;
      return {
        type: 'drop',
        stream: streamId,
        seq,
        ...fileOf(event),
        epoch,
        reason,
        capturedAt: unix(event.capturedAtMs),
        ...trustOf(event),
        at: unix(event.atMs),
      };
    }
    case 'gap':
      return { type: 'gap', stream: event.streamId, from: unix(event.fromMs), to: unix(event.toMs), why: event.why };
    case 'status':
      return {
        type: 'status',
        ...(event.streamId === undefined ? {} : { stream: event.streamId }),
        state: event.state,
        at: unix(event.atMs),
        ...(event.message === undefined ? {} : { message: event.message }),
      };
  }
}

/** A newer message of the same key says all that a client must know; a slow one does not get the older. */
export function keyOfMessage(message: FeedMessage): string {
  const parts: (string | undefined)[] = [message.type, 'stream' in message ? message.stream : undefined];
  if (message.type === 'object') parts.push(message.id);
  if (message.type === 'crossing') parts.push(message.line, message.direction);
  return parts.map((part) => part ?? '').join(' ');
}

/** True for a message that a late client needs to know the present state. */
export function isState({ type }: Pick<FeedMessage, 'type'>): boolean {
  return type === 'status' || type === 'count';
}

export function statsMessage({ atMs, streams }: FeedStats, wallClock: WallClock): FeedMessage {
  return { type: 'stats', at: round3(wallClock.toUnixMs(atMs)), streams };
}

function trustOf({ captureClock, uncertaintyMs }: CaptureTrust): CaptureTrust {
  return { captureClock, uncertaintyMs: round3(uncertaintyMs) };
}

/** A detection as clients get it. */
export function toFeedDetection({ box, score, className, classId, trackId }: Detection): FeedDetection {
  return {
    box: [round3(box.x1), round3(box.y1), round3(box.x2), round3(box.y2)],
    score: Math.round(score * 1e6) / 1e6,
    class: className,
    classId,
    ...(trackId === undefined ? {} : { trackId }),
  };
}
