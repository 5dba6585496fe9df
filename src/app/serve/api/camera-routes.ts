import * as z from 'zod';
import { round3 } from '../../../core/round.js';
import type { MeasurementsSnapshot } from '../../../pipeline/measurements.js';
import { jsonAnswer } from '../../../streaming/http/answer.js';
import { cameraHealth } from '../health.js';
import { LatestPictures } from '../latest-pictures.js';
import { NO_CAMERA, noCamera } from './no-camera.js';
import { Problem, route, type Route, type RouteRequest } from './route.js';
import { Camera, CameraHealth, Stats, Version } from './schemas.js';
import type { ApiSources } from './sources.js';

const PictureQuery = z.strictObject({
  boxes: z.enum(['0', '1']).optional().describe('1 draws the boxes of the percept.'),
  height: z.coerce.number().int().min(32).max(2160).optional().describe('Height in pixels, if the picture is higher.'),
});

/** What the cameras do, and what they see. */
export function cameraRoutes(sources: ApiSources): readonly Route[] {
  const { addresses, states, clock, isOn, version } = sources;
  const latest = new LatestPictures(sources);
  const isKnown = (name: string): boolean => addresses.has(name) && states.get(name) !== undefined;
  const picture = (path: string): Route =>
    route({
      method: 'GET',
      path,
      role: 'viewer',
      summary:
        'The picture of the newest percept, or of the newest frame while detection is off. Pictures are decoded once a second at most.',
      query: PictureQuery,
      answers: {
        200: { description: 'The picture; `nowcast-seq` names its frame in the feed.', contentType: 'image/jpeg' },
        404: NO_CAMERA,
        503: { description: 'There is none now.', schema: Problem },
      },
      answer: ({ params: { camera: name }, query }: RouteRequest<z.infer<typeof PictureQuery>>) =>
        isKnown(name) ? latest.of(name, { hasBoxes: query.boxes === '1', height: query.height }) : noCamera(),
    });
  return [
    // Before the others: a camera may be called `events`.
    picture('/api/{camera}/latest.jpg'),
    picture('/api/cameras/{camera}/latest.jpg'),
    route({
      method: 'GET',
      path: '/api/version',
      role: 'viewer',
      summary: 'Versions of Nowcast and Node.',
      answers: { 200: { description: 'Both.', schema: Version } },
      answer: () => jsonAnswer({ version, node: process.version } satisfies z.infer<typeof Version>),
    }),
    route({
      method: 'GET',
      path: '/api/stats',
      role: 'viewer',
      summary: 'The detector, the counts and stages of all cameras, and each camera.',
      answers: { 200: { description: 'Since the start.', schema: Stats } },
      answer: () => jsonAnswer(stats(sources)),
    }),
    route({
      method: 'GET',
      path: '/api/cameras',
      role: 'viewer',
      summary: 'All cameras.',
      answers: { 200: { description: 'Each camera.', schema: z.strictObject({ cameras: z.array(Camera) }) } },
      answer: () => {
        const measured = sources.snapshot();
        return jsonAnswer({ cameras: [...addresses.keys()].map((name) => camera(sources, measured, name)) });
      },
    }),
    route({
      method: 'GET',
      path: '/api/cameras/{camera}',
      role: 'viewer',
      summary: 'A camera: state, counts, drops by reason, latency, and the age of its newest percept.',
      answers: { 200: { description: 'The camera.', schema: Camera }, 404: NO_CAMERA },
      answer: ({ params: { camera: name } }) =>
        isKnown(name) ? jsonAnswer(camera(sources, sources.snapshot(), name)) : noCamera(),
    }),
    route({
      method: 'GET',
      path: '/api/cameras/{camera}/health',
      role: 'viewer',
      summary: 'Whether a camera delivers frames now, if it is wanted.',
      answers: {
        200: { description: 'It does, or it is switched off.', schema: CameraHealth },
        404: NO_CAMERA,
        503: { description: 'It does not; the answer says why.', schema: CameraHealth },
      },
      answer: ({ params: { camera: name } }) => {
        if (!isKnown(name)) return noCamera();
        const health = cameraHealth(states.get(name)!, clock.now(), isOn(name, 'enabled'));
        const answer = { camera: name, ...health } satisfies z.infer<typeof CameraHealth>;
        return jsonAnswer(answer, health.isUp || health.isOff ? 200 : 503);
      },
    }),
  ];
}

function stats(sources: ApiSources): z.infer<typeof Stats> {
  const { version, info, detectors, addresses, clock, startedMs } = sources;
  const measured = sources.snapshot();
  const { total, stagesMs } = measured;
  return {
    version,
    uptimeS: round3((clock.now() - startedMs) / 1000),
    detector: {
      model: info.model,
      provider: info.provider,
      requestedProvider: info.requestedProvider,
      input: info.input,
      ...detectors(),
    },
    total,
    stagesMs,
    cameras: Object.fromEntries([...addresses.keys()].map((name) => [name, camera(sources, measured, name)])),
  };
}

function camera(sources: ApiSources, { streams }: MeasurementsSnapshot, name: string): z.infer<typeof Camera> {
  const { addresses, states, clock, isOn } = sources;
  const nowMs = clock.now();
  const { state, sinceMs, message, losses, lastFrameAtMs, lastPercept } = states.get(name)!;
  const ago = (atMs: number | undefined): number | null => (atMs === undefined ? null : round3((nowMs - atMs) / 1000));
  return {
    name,
    source: addresses.get(name)!,
    ...cameraHealth(states.get(name)!, nowMs, isOn(name, 'enabled')),
    isDetecting: isOn(name, 'detect'),
    state,
    since: new Date(clock.toUnixMs(sinceMs)).toISOString(),
    ...(message !== undefined && { message }),
    losses,
    ...recordOf(sources, name),
    ...crossingsOf(sources, name),
    lastFrameAgoS: ago(lastFrameAtMs),
    perceptAgeS: ago(lastPercept?.capturedAtMs),
    ...streams[name],
  };
}

function crossingsOf({ crossingsOf: of }: ApiSources, name: string): Pick<z.infer<typeof Camera>, 'crossings'> {
  const crossings = of?.(name);
  return crossings === undefined || Object.keys(crossings).length === 0 ? {} : { crossings };
}

function recordOf({ recordOf: stateOf, clock }: ApiSources, name: string): Pick<z.infer<typeof Camera>, 'record'> {
  const record = stateOf?.(name);
  if (record === undefined) return {};
  const { sinceMs, ...rest } = record;
  return { record: { ...rest, since: new Date(clock.toUnixMs(sinceMs)).toISOString() } };
}
