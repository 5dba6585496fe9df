import { z } from 'zod';
import type { Box } from '../../core/box.js';
import { round3 } from '../../core/round.js';
import { OBJECT_PHASES, OBJECT_REASONS, type SceneEvent } from '../../core/scene-events.js';
import { count, missed, stream, unixMs } from './message-parts.js';

const box = z
  .tuple([z.number(), z.number(), z.number(), z.number()])
  .readonly()
  .describe('Left, top, right, bottom in pixels of a picture of `size`; may reach beyond its edges');
const score = z.number().min(0).max(1);
const moment = {
  stream,
  seq: count.describe('Number of the newest frame that was detected on'),
  at: unixMs('capture of that frame'),
};
const ofClass = {
  class: z.string(),
  classId: count.describe('Index into `classes` of `hello`'),
};
const zones = z.array(z.string()).readonly();

export const objectMessage = z
  .strictObject({
    type: z.literal('object'),
    ...moment,
    phase: z.enum(OBJECT_PHASES).describe('Each object has one `start` and one `end`'),
    why: z.array(z.enum(OBJECT_REASONS)).readonly().describe('The news'),
    id: z.string().describe('Unique within the run; the same when its recording is replayed'),
    trackId: z.int(),
    ...ofClass,
    score: score.describe('Of the latest sighting'),
    topScore: score,
    box,
    size: z.strictObject({ width: count, height: count }).describe('Size of the source picture, in pixels'),
    area: z.number().describe('Area of the box as a fraction of the picture'),
    ratio: z.number().describe('Width of the box over its height'),
    startedAt: unixMs('capture of the first frame that shows it'),
    endedAt: unixMs('capture of the last frame that shows it; only in its `end`').optional(),
    stationary: z.boolean(),
    currentZones: zones,
    enteredZones: zones.describe('All zones that it was ever in, in the order of its first entries'),
    best: z
      .strictObject({ seq: count, capturedAt: unixMs('capture of the frame'), box, score })
      .describe('The view from which a person sees most of it'),
    missed,
  })
  .meta({
    id: 'Object',
    description: 'An object appears, changes or goes; only of streams with zones, lines or objects',
  });

export const crossingMessage = z
  .strictObject({
    type: z.literal('crossing'),
    ...moment,
    line: z.string(),
    direction: z.string().describe("The line's name for this direction"),
    objectId: z.string(),
    ...ofClass,
    crossedAt: unixMs('capture of the first frame that shows the object beyond the line'),
    total: count.min(1).describe('Crossings of this line in this direction since the start of the run'),
    missed,
  })
  .meta({ id: 'Crossing', description: 'An object crossed a line' });

export const countMessage = z
  .strictObject({
    type: z.literal('count'),
    ...moment,
    counts: z
      .array(
        z.strictObject({
          zone: z.string().optional().describe('Absent: the whole picture'),
          ...ofClass,
          present: count.describe('Number of objects'),
          active: count.describe('Those among them that are not stationary'),
        }),
      )
      .readonly(),
    missed,
  })
  .meta({ id: 'Count', description: 'All counts of a stream, whenever one of them changes' });

export type SceneMessage =
  z.infer<typeof objectMessage> | z.infer<typeof crossingMessage> | z.infer<typeof countMessage>;

/**
 * The event as a message: Unix times, boxes as arrays.
 * @param toUnixMs of a time on the monotonic clock
 */
export function toSceneMessage(event: SceneEvent, toUnixMs: (monotonicMs: number) => number): SceneMessage {
  const unix = (monotonicMs: number): number => round3(toUnixMs(monotonicMs));
  const { streamId, seq, atMs } = event;
  const at = { stream: streamId, seq, at: unix(atMs) };
  switch (event.type) {
    case 'object':
      return {
        type: 'object',
        ...at,
        phase: event.phase,
        why: event.why,
        id: event.id,
        trackId: event.trackId,
        class: event.className,
        classId: event.classId,
        score: round6(event.score),
        topScore: round6(event.topScore),
        box: boxOf(event.box),
        size: event.size,
        area: round6(event.area),
        ratio: round6(event.ratio),
        startedAt: unix(event.startedAtMs),
        ...(event.endedAtMs === undefined ? {} : { endedAt: unix(event.endedAtMs) }),
        stationary: event.isStationary,
        currentZones: event.currentZones,
        enteredZones: event.enteredZones,
        best: {
          seq: event.best.seq,
          capturedAt: unix(event.best.capturedAtMs),
          box: boxOf(event.best.box),
          score: round6(event.best.score),
        },
      };
    case 'crossing':
      return {
        type: 'crossing',
        ...at,
        line: event.line,
        direction: event.direction,
        objectId: event.objectId,
        class: event.className,
        classId: event.classId,
        crossedAt: unix(event.crossedAtMs),
        total: event.total,
      };
    case 'count':
      return {
        type: 'count',
        ...at,
        counts: event.counts.map(({ zone, className, classId, present, active }) => ({
          ...(zone === undefined ? {} : { zone }),
          class: className,
          classId,
          present,
          active,
        })),
      };
  }
}

function boxOf({ x1, y1, x2, y2 }: Box): [number, number, number, number] {
  return [round3(x1), round3(y1), round3(x2), round3(y2)];
}

function round6(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
