import * as z from 'zod';
import { jsonAnswer, type Api } from '../../streaming/http/answer.js';
import { cameraRoutes } from './api/camera-routes.js';
import { controlRoutes } from './api/control-routes.js';
import { eventRoutes } from './api/event-routes.js';
import { healthRoutes } from './api/health-routes.js';
import { openApi } from './api/openapi.js';
import { pastRoutes } from './api/past-routes.js';
import { answerBy, route, type Route } from './api/route.js';
import { rulesRoute } from './api/rules-route.js';
import { SESSION_ROUTES } from './api/session-routes.js';
import type { ApiSources } from './api/sources.js';

/** Everything that a service answers over HTTP: health, metrics, facts, pictures, switches. */
export function serviceRoutes(sources: ApiSources): readonly Route[] {
  const { version, objects, past, rulesOf } = sources;
  const routes: readonly Route[] = [
    ...healthRoutes(sources),
    ...cameraRoutes(sources),
    ...(past === undefined ? [] : pastRoutes(past, sources)),
    ...(rulesOf === undefined ? [] : [rulesRoute(rulesOf)]),
    ...controlRoutes(sources),
    ...(objects === undefined ? [] : eventRoutes(objects)),
    route({
      method: 'GET',
      path: '/api/openapi.json',
      role: 'viewer',
      summary: 'This description.',
      answers: { 200: { description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.literal('3.1.0') }) } },
      answer: () => jsonAnswer(openApi([...routes, ...SESSION_ROUTES], version)),
    }),
  ];
  return routes;
}

/** The API of a service, for its server. */
export function serviceApi(sources: ApiSources): Pick<Api, 'settings' | 'answer'> {
  const routes = serviceRoutes(sources);
  return {
    settings: { routes: routes.map(({ method, path, role }) => ({ method, path, role })) },
    answer: answerBy(routes),
  };
}
