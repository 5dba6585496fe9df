import * as z from 'zod';
import { UsageError } from '../../../core/errors.js';
import { jsonAnswer } from '../../../streaming/http/answer.js';
import type { ObjectFilter, ObjectLog } from '../object-log.js';
import { problem, Problem, route, type Content, type Route } from './route.js';
import { LoggedObject } from './schemas.js';

const NO_OBJECT: Content = { description: 'There is no such object.', schema: Problem };
const noObject = problem(404, 'there is no such object; /api/events lists the newest ones');

const CLIP_TYPE = 'video/mp4';
const noClipYet = problem(
  404,
  'this object has no clip yet: a clip is complete post_roll after the last object in it has gone; the log says which cameras have none',
);
const clipRemoved = problem(404, 'the clip of this object was removed, as clips.retain_days and clips.retain_mb say');

/** The objects that the cameras have seen, with their best pictures and their clips. */
export function eventRoutes(objects: Pick<ObjectLog, 'list' | 'get' | 'snapshot' | 'clip'>): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/events',
      role: 'viewer',
      summary: 'The newest objects of all cameras, the newest first.',
      query: z.strictObject({
        camera: z.string().optional(),
        class: z.string().optional(),
        zone: z.string().optional().describe('It was in this zone at some time.'),
        limit: z.coerce.number().int().min(1).max(1000).optional().describe('Default 50.'),
        before: z.string().optional().describe('An id or a time (ISO 8601): lists the objects that started earlier.'),
      }),
      answers: {
        200: { description: 'The objects.', schema: z.strictObject({ events: z.array(LoggedObject) }) },
        400: { description: 'A filter is wrong.', schema: Problem },
      },
      answer: ({ query: { class: className, ...rest } }) => {
        try {
          return jsonAnswer({ events: objects.list({ ...rest, className } as ObjectFilter) });
        } catch (error) {
          if (error instanceof UsageError) return problem(400, error.message);
          throw error;
        }
      },
    }),
    route({
      method: 'GET',
      path: '/api/events/{id}',
      role: 'viewer',
      summary: 'An object.',
      answers: { 200: { description: 'The object.', schema: LoggedObject }, 404: NO_OBJECT },
      answer: ({ params }) => {
        const found = objects.get(params['id']);
        return found === undefined ? noObject : jsonAnswer(found);
      },
    }),
    route({
      method: 'GET',
      path: '/api/events/{id}/snapshot.jpg',
      role: 'viewer',
      summary: 'The best picture of an object.',
      answers: {
        200: { description: 'The picture.', contentType: 'image/jpeg' },
        404: { description: 'There is no such object, or no picture of it.', schema: Problem },
      },
      answer: async ({ params }) => {
        const found = objects.get(params['id']);
        const body = found === undefined ? undefined : await objects.snapshot(found.id);
        if (body !== undefined) return { status: 200, contentType: 'image/jpeg', body };
        return found === undefined ? noObject : problem(404, 'this object has no picture');
      },
    }),
    route({
      method: 'GET',
      path: '/api/events/{id}/clip',
      role: 'viewer',
      summary: 'The video around an object, in the form in which it is kept.',
      answers: {
        200: { description: 'The video.', contentType: CLIP_TYPE },
        206: { description: 'The part that the header `Range` asks for.', contentType: CLIP_TYPE },
        404: { description: 'There is no such object, or no clip of it yet or any more.', schema: Problem },
        416: { description: 'The video has no byte of that part.', schema: Problem },
      },
      answer: ({ params }) => {
        if (objects.get(params['id']) === undefined) return noObject;
        const clip = objects.clip(params['id']);
        if (clip === undefined) return noClipYet;
        return clip.isKept() ? { status: 200, contentType: CLIP_TYPE, file: clip.path } : clipRemoved;
      },
    }),
  ];
}
