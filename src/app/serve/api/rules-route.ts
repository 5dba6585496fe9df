import * as z from 'zod';
import { jsonAnswer } from '../../../streaming/http/answer.js';
import { NO_CAMERA, noCamera } from './no-camera.js';
import { route, type Route } from './route.js';
import type { ApiSources } from './sources.js';

const area = {
  points: z.array(z.tuple([z.number(), z.number()])).describe('Fractions of the width and the height.'),
  classes: z.array(z.string()).optional().describe('Absent: all.'),
};
const Ms = z.number().describe('Milliseconds.');

const Rules = z.strictObject({
  latencyBudgetMs: z.number().nullable(),
  followsObjects: z.boolean(),
  zones: z.record(z.string(), z.strictObject({ ...area, enterMs: Ms, leaveMs: Ms, dwellMs: Ms })),
  lines: z.record(
    z.string(),
    z.strictObject({
      ...area,
      minDistance: z.number().describe("Fraction of the picture's diagonal."),
      minMs: Ms,
      toLeft: z.string(),
      toRight: z.string(),
    }),
  ),
  masks: z.record(z.string(), z.strictObject(area)),
});

/** What holds for a camera; unlike the configuration, viewers may know it. */
export function rulesRoute(rulesOf: NonNullable<ApiSources['rulesOf']>): Route {
  return route({
    method: 'GET',
    path: '/api/cameras/{camera}/rules',
    role: 'viewer',
    summary: 'The latency budget of a camera, and its zones, lines and masks.',
    answers: {
      200: { description: 'The rules.', schema: Rules },
      404: NO_CAMERA,
    },
    answer: ({ params: { camera } }) => {
      const rules = rulesOf(camera);
      if (rules === undefined) return noCamera();
      const { latencyBudgetMs = null, scene } = rules;
      const { zones = {}, lines = {}, masks = {} } = scene ?? {};
      return jsonAnswer({ latencyBudgetMs, followsObjects: scene !== undefined, zones, lines, masks });
    },
  });
}
