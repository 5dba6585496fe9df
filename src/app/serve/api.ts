import type { ModelDetectorInfo } from '../../core/detector.js';
import { round3 } from '../../core/round.js';
import type { MeasurementsSnapshot } from '../../pipeline/measurements.js';
import { jsonAnswer, textAnswer, type Answer, type AnswerTo, type ApiSettings } from '../../streaming/http/answer.js';
import { cameraHealth } from './health.js';
import { LatestPictures, type LatestPicturesSources } from './latest-pictures.js';

/** The paths of a service; the server asks its owner for them. */
export const API_SETTINGS: ApiSettings = { prefixes: ['/livez', '/healthz', '/readyz', '/metrics', '/api'] };

export type ApiSources = LatestPicturesSources & {
  readonly version: string;
  readonly info: ModelDetectorInfo;
  /** Sources as outputs may show them, by camera. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Without secrets. */
  readonly config: object;
  readonly snapshot: () => MeasurementsSnapshot;
  readonly isReady: () => boolean;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  readonly startedMs: number;
};

/** Answers the HTTP requests of a service: health, metrics and facts, as JSON where people do not read them. */
export function serviceApi(sources: ApiSources): AnswerTo {
  const { version, config, states, metrics } = sources;
  const latest = new LatestPictures(sources);
  const routes: Readonly<Record<string, (query: URLSearchParams) => Answer | Promise<Answer>>> = {
    '/livez': () => textAnswer('ok'),
    '/healthz': () => textAnswer('ok'),
    '/readyz': (query) => readiness(sources, query.has('verbose')),
    '/metrics': async () => textAnswer(await metrics.text(), 200, metrics.contentType),
    '/api/version': () => jsonAnswer({ version, node: process.version }),
    '/api/stats': () => jsonAnswer(stats(sources)),
    '/api/config': () => jsonAnswer(config),
    '/api/cameras': () => jsonAnswer({ cameras: Object.values(cameras(sources, sources.snapshot())) }),
  };
  return (what, query) => {
    const [method, path] = what.split(' ', 2);
    if (method !== 'GET') return undefined;
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route !== undefined) return route(query);
    const [, encoded, aspect] = /^\/api\/cameras\/([^/]+)(?:\/(health|latest\.jpg))?$/.exec(path) ?? [];
    const name = encoded === undefined ? undefined : decoded(encoded);
    if (name === undefined || states.get(name) === undefined) return undefined;
    if (aspect === 'latest.jpg') return latest.of(name);
    return aspect === undefined ? jsonAnswer(camera(sources, sources.snapshot(), name)) : health(sources, name);
  };
}

function readiness({ isReady, states, addresses, clock }: ApiSources, isVerbose: boolean): Answer {
  const status = isReady() ? 200 : 503;
  if (!isVerbose) return textAnswer(isReady() ? 'ok' : 'not ready', status);
  const cameras = [...addresses.keys()].map((name) => {
    const { isUp, why } = cameraHealth(states.get(name)!, clock.now());
    return `[${isUp ? '+' : '-'}] camera ${name}: ${why}`;
  });
  return textAnswer(
    [
      `[${isReady() ? '+' : '-'}] detector open, server open`,
      `[${states.isDetectorDown ? '-' : '+'}] detector at work`,
      ...cameras,
      isReady() ? 'ready: cameras and a restart of the detector do not count' : 'not ready',
    ].join('\n'),
    status,
  );
}

function stats(sources: ApiSources): object {
  const { version, info, states, snapshot, clock, startedMs } = sources;
  const measured = snapshot();
  const { total, stagesMs } = measured;
  return {
    version,
    uptimeS: round3((clock.now() - startedMs) / 1000),
    detector: {
      model: info.model,
      provider: info.provider,
      requestedProvider: info.requestedProvider,
      input: info.input,
      losses: states.detectorLosses,
      isDown: states.isDetectorDown,
    },
    total,
    stagesMs,
    cameras: cameras(sources, measured),
  };
}

function cameras(sources: ApiSources, measured: MeasurementsSnapshot): Readonly<Record<string, object>> {
  return Object.fromEntries([...sources.addresses.keys()].map((name) => [name, camera(sources, measured, name)]));
}

function camera({ addresses, states, clock }: ApiSources, { streams }: MeasurementsSnapshot, name: string): object {
  const nowMs = clock.now();
  const { state, sinceMs, message, losses, lastFrameAtMs, lastPercept } = states.get(name)!;
  const { isUp, why } = cameraHealth(states.get(name)!, nowMs);
  const ago = (atMs: number | undefined): number | null => (atMs === undefined ? null : round3((nowMs - atMs) / 1000));
  return {
    name,
    source: addresses.get(name),
    isUp,
    why,
    state,
    since: new Date(clock.toUnixMs(sinceMs)).toISOString(),
    ...(message !== undefined && { message }),
    losses,
    lastFrameAgoS: ago(lastFrameAtMs),
    perceptAgeS: ago(lastPercept?.capturedAtMs),
    ...streams[name],
  };
}

function health({ states, clock }: ApiSources, name: string): Answer {
  const { isUp, why } = cameraHealth(states.get(name)!, clock.now());
  return jsonAnswer({ camera: name, isUp, why }, isUp ? 200 : 503);
}

/** Undefined for a part of a path that is encoded wrongly. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
