import * as z from 'zod';
import { InternalError, NowcastError, OutputError, UsageError } from '../../../core/errors.js';
import { jsonAnswer } from '../../../streaming/http/answer.js';
import type { Reload } from '../reload.js';
import type { Switches } from '../switches.js';
import { configProblems } from './config-problems.js';
import { problem, Problem, route, type Route } from './route.js';
import { ConfigProblem, Reloaded, Switch } from './schemas.js';
import type { ApiSources } from './sources.js';

const Switches = z.strictObject({ switches: z.array(Switch) });

/** The switches of the cameras, and the configuration. */
export function controlRoutes(sources: ApiSources): readonly Route[] {
  const { config, configSchema, switches, reload, onChange = () => undefined } = sources;
  return [
    ...(switches === undefined ? [] : switchRoutes(switches, onChange)),
    route({
      method: 'GET',
      path: '/api/config',
      role: 'admin',
      summary: 'The configuration with all defaults, without secrets.',
      answers: { 200: { description: 'As it is resolved.', schema: z.looseObject({}) } },
      answer: () => jsonAnswer(config()),
    }),
    route({
      method: 'GET',
      path: '/api/config/schema.json',
      role: 'viewer',
      summary: 'JSON Schema of a configuration file.',
      answers: { 200: { description: 'JSON Schema 2020-12.', schema: z.looseObject({}) } },
      answer: () => jsonAnswer(configSchema()),
    }),
    ...(reload === undefined ? [] : [reloadRoute(reload, onChange)]),
  ];
}

function switchRoutes(switches: Pick<Switches, 'all' | 'set'>, onChange: (message: string) => void): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/switches',
      role: 'viewer',
      summary: 'The switches of all cameras.',
      answers: { 200: { description: 'Each switch.', schema: Switches } },
      answer: () => jsonAnswer({ switches: switches.all() }),
    }),
    route({
      method: 'GET',
      path: '/api/cameras/{camera}/switches',
      role: 'viewer',
      summary: 'The switches of a camera.',
      answers: {
        200: { description: 'Each switch.', schema: Switches },
        404: { description: 'There is no such camera.', schema: Problem },
      },
      answer: ({ params }) => {
        const own = switches.all().filter(({ camera }) => camera === params['camera']);
        return own.length === 0 ? problem(404, 'there is no such camera') : jsonAnswer({ switches: own });
      },
    }),
    route({
      method: 'PUT',
      path: '/api/cameras/{camera}/switches/{switch}',
      role: 'operator',
      summary: 'Turns a switch. Its position survives a restart.',
      body: z.strictObject({ on: z.boolean() }),
      answers: {
        200: { description: 'The switch.', schema: Switch },
        404: { description: 'There is no such camera or switch.', schema: Problem },
        409: { description: 'The switch cannot be turned now.', schema: Problem },
        503: { description: 'The position cannot be stored, so nothing has changed.', schema: Problem },
      },
      answer: async ({ params, body, by }) => {
        const known = switches
          .all()
          .find(({ camera, name }) => camera === params['camera'] && name === params['switch']);
        if (known === undefined) return problem(404, 'there is no such camera or switch; /api/switches lists them');
        try {
          const state = await switches.set(known.camera, known.name, body.on);
          onChange(`${by} turned ${known.name} of ${known.camera} ${state.isOn ? 'on' : 'off'}`);
          return jsonAnswer(state);
        } catch (error) {
          if (error instanceof UsageError) return problem(409, error.message);
          if (error instanceof OutputError) return problem(503, error.message);
          throw error;
        }
      },
    }),
  ];
}

function reloadRoute(reload: Reload, onChange: (message: string) => void): Route {
  return route({
    method: 'POST',
    path: '/api/config/reload',
    role: 'admin',
    summary: 'Reads the configuration again and restarts the cameras that have changed.',
    answers: {
      200: { description: 'What has changed.', schema: Reloaded },
      422: { description: 'The new configuration is wrong; the former one stays in use.', schema: ConfigProblem },
    },
    answer: async ({ by }) => {
      try {
        const reloaded = await reload();
        onChange(`${by} reloaded the configuration`);
        return jsonAnswer(reloaded);
      } catch (error) {
        // A model or a folder that cannot be used is a mistake of the configuration, too.
        if (!(error instanceof NowcastError) || error instanceof InternalError) throw error;
        return jsonAnswer({ error: error.message, problems: configProblems(error.message) }, 422);
      }
    },
  });
}
