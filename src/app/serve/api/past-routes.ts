import * as z from 'zod';
import { jsonAnswer } from '../../../streaming/http/answer.js';
import { toFeedDetection } from '../../../streaming/feed/server-messages.js';
import type { PastPicture } from '../past-pictures.js';
import { NO_CAMERA, noCamera } from './no-camera.js';
import { problem, Problem, route, type Route } from './route.js';
import type { ApiSources } from './sources.js';

const Box = z.strictObject({
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).describe('x1, y1, x2, y2 in pixels of `size`.'),
  score: z.number(),
  class: z.string(),
  classId: z.int(),
  trackId: z.int().optional(),
});

const Past = z.strictObject({
  pictures: z.array(
    z.strictObject({
      seq: z.int().describe('Number of the frame.'),
      capturedAt: z.iso.datetime(),
      size: z.strictObject({ width: z.int(), height: z.int() }).describe('Of the picture that the boxes refer to.'),
      detections: z.array(Box),
    }),
  ),
});

/** Pictures of the last minutes. */
export function pastRoutes(
  past: NonNullable<ApiSources['past']>,
  { addresses, clock }: Pick<ApiSources, 'addresses' | 'clock'>,
): readonly Route[] {
  const listed = ({ percept: { seq, capturedAtMs, width, height, detections } }: PastPicture) => ({
    seq,
    capturedAt: new Date(clock.toUnixMs(capturedAtMs)).toISOString(),
    size: { width, height },
    detections: detections.map(toFeedDetection),
  });
  return [
    route({
      method: 'GET',
      path: '/api/cameras/{camera}/past',
      role: 'viewer',
      summary: 'Pictures of the last five minutes, two seconds apart, with the boxes in them; the oldest first.',
      answers: { 200: { description: 'The pictures.', schema: Past }, 404: NO_CAMERA },
      answer: ({ params: { camera } }) =>
        addresses.has(camera) ? jsonAnswer({ pictures: past.of(camera).map(listed) }) : noCamera(),
    }),
    route({
      method: 'GET',
      path: '/api/cameras/{camera}/past/{seq}/picture.jpg',
      role: 'viewer',
      summary: 'One of these pictures, in the size that the detector gets.',
      answers: {
        200: { description: 'The picture.', contentType: 'image/jpeg' },
        404: { description: 'There is no such camera, or no such picture any more.', schema: Problem },
      },
      answer: ({ params: { camera, seq } }) => {
        if (!addresses.has(camera)) return noCamera();
        const body = past.jpeg(camera, Number(seq));
        return body === undefined
          ? problem(404, 'there is no such picture any more; /api/cameras/NAME/past lists them')
          : { status: 200, contentType: 'image/jpeg', body };
      },
    }),
  ];
}
