import * as z from 'zod';
import { textAnswer, type Answer } from '../../../streaming/http/answer.js';
import { cameraHealth, recordHealth, type CameraHealth } from '../health.js';
import type { ApiSources } from './sources.js';
import { route, type Content, type Route } from './route.js';

const TEXT = 'text/plain; charset=utf-8';
const OK: Content = { description: 'ok', contentType: TEXT };

/** Paths for supervisors and Prometheus. They are text, because people read them first. */
export function healthRoutes(sources: ApiSources): readonly Route[] {
  const { metrics, areMetricsOpen = false } = sources;
  const alive = (path: string): Route =>
    route({
      method: 'GET',
      path,
      role: 'anyone',
      summary: 'Whether the program answers. Cameras do not count.',
      answers: { 200: OK },
      answer: () => textAnswer('ok'),
    });
  return [
    alive('/livez'),
    alive('/healthz'),
    route({
      method: 'GET',
      path: '/readyz',
      role: 'anyone',
      summary: 'Whether the detector and the server are open. Cameras do not count.',
      query: z.strictObject({ verbose: z.string().optional().describe('Lists the parts and each camera.') }),
      answers: { 200: OK, 503: { description: 'Not yet, or not any more.', contentType: TEXT } },
      answer: ({ query }) => readiness(sources, query.verbose !== undefined),
    }),
    route({
      method: 'GET',
      path: '/metrics',
      role: areMetricsOpen ? 'anyone' : 'viewer',
      summary: 'Numbers for Prometheus.',
      answers: { 200: { description: 'The text format of Prometheus.', contentType: metrics.contentType } },
      answer: async () => textAnswer(await metrics.text(), 200, metrics.contentType),
    }),
  ];
}

function readiness(sources: ApiSources, isVerbose: boolean): Answer {
  const { isReady, detectors, states, addresses, clock, isOn, recordOf } = sources;
  const status = isReady() ? 200 : 503;
  if (!isVerbose) return textAnswer(isReady() ? 'ok' : 'not ready', status);
  const line = (of: string, { isUp, isOff, why }: CameraHealth): string =>
    `[${isUp || isOff ? '+' : '-'}] camera ${of}: ${why}`;
  const cameras = [...addresses.keys()].flatMap((name) => {
    const record = recordOf?.(name);
    return [
      line(name, cameraHealth(states.get(name)!, clock.now(), isOn(name, 'enabled'))),
      ...(record === undefined ? [] : [line(`${name}, to record`, recordHealth(record, clock.now()))]),
    ];
  });
  return textAnswer(
    [
      `[${isReady() ? '+' : '-'}] detector open, server open`,
      `[${detectors().isDown ? '-' : '+'}] detector at work`,
      ...cameras,
      isReady() ? 'ready: cameras and a restart of the detector do not count' : 'not ready',
    ].join('\n'),
    status,
  );
}
