import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import sharp from 'sharp';
import { serviceApi, serviceRoutes } from '../../../src/app/serve/api.js';
import { openApi } from '../../../src/app/serve/api/openapi.js';
import type { Content } from '../../../src/app/serve/api/route.js';
import { SESSION_ROUTES } from '../../../src/app/serve/api/session-routes.js';
import type { ApiSources } from '../../../src/app/serve/api/sources.js';
import { CameraStates } from '../../../src/app/serve/camera-states.js';
import type { KeptClip } from '../../../src/app/serve/object-log.js';
import type { LoggedObject } from '../../../src/core/logged-object.js';
import type { SourceEvent } from '../../../src/core/events.js';
import { sceneRules } from '../../../src/core/scene-rules.js';
import { InternalError, ModelError, OutputError, SourceError, UsageError } from '../../../src/core/errors.js';
import { Measurements } from '../../../src/pipeline/measurements.js';
import type { Answer } from '../../../src/streaming/http/answer.js';
import { perceptOf } from '../../streaming/events.js';

const DOOR = [
  [0, 0],
  [1, 0],
  [1, 1],
] as const;

const OBJECT: LoggedObject = {
  id: 'cam-1',
  camera: 'cam',
  className: 'person',
  startedAt: '2026-11-27T20:00:00.000Z',
  topScore: 0.9,
  zones: ['door'],
  hasSnapshot: true,
  hasClip: false,
};

async function sourcesOf(changes: Partial<ApiSources> = {}): Promise<ApiSources & { readonly changed: string[] }> {
  const states = new CameraStates(['cam', 'gone'], 0);
  const measurements = new Measurements(['cam', 'gone']);
  states.seen({ type: 'status', streamId: 'cam', state: 'streaming', atMs: 50, message: '768x432, 10 fps' });
  states.seen(perceptOf(1));
  // The event of a frame holds pixels, which nobody reads here.
  measurements.received({ type: 'frame', streamId: 'cam' } as SourceEvent);
  measurements.emitted(perceptOf(1));
  const jpeg = await sharp({ create: { width: 768, height: 432, channels: 3, background: '#000' } })
    .jpeg()
    .toBuffer();
  const changed: string[] = [];
  return {
    version: '0.1.0',
    info: {
      model: 'yolox_nano.onnx',
      input: { width: 416, height: 416, channels: 'bgr' },
      classNames: ['person'],
      classNamesFrom: 'given',
      pictures: 'BGR',
      modelSha256: '0',
      requestedProvider: 'auto',
      provider: 'cpu',
      threads: 1,
    },
    addresses: new Map([
      ['cam', 'demo:1'],
      ['gone', 'rtsp://192.0.2.1/***'],
    ]),
    config: () => ({ sources: [] }),
    configSchema: () => ({ type: 'object' }),
    snapshot: () => measurements.snapshot(),
    isReady: () => true,
    metrics: { contentType: 'text/plain; version=0.0.4', text: () => Promise.resolve('a 1\n') },
    detectors: () => ({ losses: 1, isDown: true }),
    startedMs: 0,
    states,
    clock: { now: () => 200, toUnixMs: (ms) => 1_700_000_000_000 + ms },
    originals: {
      jpeg: () => Promise.resolve({ jpeg, width: 768, height: 432, box: { x1: 0, y1: 0, x2: 768, y2: 432 } }),
    },
    isOn: () => true,
    switches: {
      all: () => [
        { camera: 'cam', name: 'detect', isOn: true, configured: true },
        { camera: 'gone', name: 'enabled', isOn: false, configured: true },
      ],
      set: (camera, _, isOn) => Promise.resolve({ camera, name: 'detect', isOn, configured: true }),
    },
    reload: () =>
      Promise.resolve({
        added: ['new'],
        removed: [],
        restarted: [],
        unchanged: 2,
        sections: ['mqtt'],
        needsRestart: ['state'],
      }),
    rulesOf: (camera) =>
      camera === 'cam' ? { latencyBudgetMs: 100, scene: sceneRules({ zones: { door: { points: DOOR } } }) } : undefined,
    objects: {
      list: ({ limit = 50 }) => [OBJECT].slice(0, limit),
      get: (id) => (id === OBJECT.id ? OBJECT : undefined),
      snapshot: () => Promise.resolve(Buffer.from(jpeg)),
      clip: () => ({ path: '/kept/cam-1.mp4', codec: 'h264', isKept: () => true }),
    },
    past: {
      of: (camera) => (camera === 'cam' ? [{ percept: { ...perceptOf(1), capturedAtMs: 100 }, jpeg }] : []),
      jpeg: (camera, seq) => (camera === 'cam' && seq === 1 ? jpeg : undefined),
    },
    onChange: (message) => changed.push(message),
    changed,
    ...changes,
  };
}

/** Requests for each path, and the statuses of their answers. */
const REQUESTS: Readonly<Record<string, readonly (readonly [path: string, status: number, body?: unknown])[]>> = {
  'GET /livez': [['/livez', 200]],
  'GET /healthz': [['/healthz', 200]],
  'GET /readyz': [
    ['/readyz', 200],
    ['/readyz?verbose', 200],
  ],
  'GET /metrics': [['/metrics', 200]],
  'GET /api/{camera}/latest.jpg': [
    ['/api/cam/latest.jpg?boxes=1&height=360', 200],
    ['/api/nobody/latest.jpg', 404],
    ['/api/gone/latest.jpg', 503],
  ],
  'GET /api/cameras/{camera}/latest.jpg': [
    ['/api/cameras/cam/latest.jpg', 200],
    ['/api/cameras/gone/latest.jpg?boxes=1', 503],
  ],
  'GET /api/version': [['/api/version', 200]],
  'GET /api/stats': [['/api/stats', 200]],
  'GET /api/cameras': [['/api/cameras', 200]],
  'GET /api/cameras/{camera}': [
    ['/api/cameras/cam', 200],
    ['/api/cameras/gone', 200],
    ['/api/cameras/__proto__', 404],
  ],
  'GET /api/cameras/{camera}/health': [
    ['/api/cameras/cam/health', 200],
    ['/api/cameras/gone/health', 503],
    ['/api/cameras/nobody/health', 404],
  ],
  'GET /api/cameras/{camera}/past': [
    ['/api/cameras/cam/past', 200],
    ['/api/cameras/gone/past', 200],
    ['/api/cameras/nobody/past', 404],
  ],
  'GET /api/cameras/{camera}/past/{seq}/picture.jpg': [
    ['/api/cameras/cam/past/1/picture.jpg', 200],
    ['/api/cameras/cam/past/2/picture.jpg', 404],
    ['/api/cameras/cam/past/x/picture.jpg', 404],
    ['/api/cameras/nobody/past/1/picture.jpg', 404],
  ],
  'GET /api/cameras/{camera}/rules': [
    ['/api/cameras/cam/rules', 200],
    ['/api/cameras/gone/rules', 404],
  ],
  'GET /api/switches': [['/api/switches', 200]],
  'GET /api/cameras/{camera}/switches': [
    ['/api/cameras/cam/switches', 200],
    ['/api/cameras/nobody/switches', 404],
  ],
  'PUT /api/cameras/{camera}/switches/{switch}': [
    ['/api/cameras/cam/switches/detect', 200, { on: false }],
    ['/api/cameras/cam/switches/nothing', 404, { on: false }],
  ],
  'GET /api/config': [['/api/config', 200]],
  'GET /api/config/schema.json': [['/api/config/schema.json', 200]],
  'POST /api/config/reload': [['/api/config/reload', 200]],
  'GET /api/events': [
    ['/api/events', 200],
    ['/api/events?camera=cam&class=person&zone=door&limit=1&before=cam-2', 200],
  ],
  'GET /api/events/{id}': [
    ['/api/events/cam-1', 200],
    ['/api/events/cam-9', 404],
  ],
  'GET /api/events/{id}/snapshot.jpg': [
    ['/api/events/cam-1/snapshot.jpg', 200],
    ['/api/events/cam-9/snapshot.jpg', 404],
  ],
  'GET /api/events/{id}/clip': [
    ['/api/events/cam-1/clip', 200],
    ['/api/events/cam-9/clip', 404],
  ],
  'GET /api/openapi.json': [['/api/openapi.json', 200]],
};

describe('the API of a service', () => {
  const ask = async (sources: ApiSources, what: string, body?: unknown): Promise<Answer> => {
    const [path, query = ''] = what.split('?');
    const answer = await serviceApi(sources).answer(path, new URLSearchParams(query), { body, by: 'kim' });
    assert.ok(answer, what);
    return answer;
  };
  const errorOf = ({ body }: Answer): string => (JSON.parse(String(body)) as { error: string }).error;

  it('answers each path as it is described', async () => {
    const sources = await sourcesOf();
    for (const { method, path, answers } of serviceRoutes(sources)) {
      for (const [asked, status, body] of REQUESTS[`${method} ${path}`] ?? []) {
        const answer = await ask(sources, `${method} ${asked}`, body);
        assert.equal(answer.status, status, asked);
        const content: Content | undefined = answers[status];
        assert.ok(content !== undefined, `${asked}: ${status} is described`);
        if (content.contentType !== undefined) assert.equal(answer.contentType, content.contentType, asked);
        // The server makes JSON of a refusal that is text.
        else
          content.schema.parse(
            answer.contentType === undefined ? { error: answer.body } : JSON.parse(String(answer.body)),
          );
      }
    }
    assert.deepEqual(
      serviceRoutes(sources).map(({ method, path }) => `${method} ${path}`),
      Object.keys(REQUESTS),
    );
  });

  it('is described in OpenAPI with valid schemas, and every variable part of a path is a parameter', async () => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, formats: { 'date-time': true } });
    const sources = await sourcesOf();
    const { paths } = openApi([...serviceRoutes(sources), ...SESSION_ROUTES], '0.1.0') as {
      paths: Record<string, Record<string, Operation>>;
    };
    let schemas = 0;
    for (const [path, operations] of Object.entries(paths))
      for (const { parameters, responses, requestBody } of Object.values(operations)) {
        const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
        assert.deepEqual(inPath, path.match(/\{\w+\}/g) ?? []);
        for (const { content } of [...Object.values(responses), ...(requestBody === undefined ? [] : [requestBody])])
          for (const { schema } of Object.values(content))
            if (schema !== undefined) schemas += Number(ajv.compile(schema) instanceof Function);
        for (const { schema } of parameters) ajv.compile(schema);
      }
    assert.ok(schemas > 30, String(schemas));
    assert.deepEqual(paths['/api/events']['get'].parameters.find(({ name }) => name === 'limit')?.schema, {
      description: 'Default 50.',
      type: 'integer',
      minimum: 1,
      maximum: 1000,
    });
  });

  it('tells a camera that is switched off from one that is away', async () => {
    const sources = await sourcesOf({ isOn: (camera, name) => !(camera === 'gone' && name === 'enabled') });
    const off = { isUp: false, isOff: true, why: 'switched off' };
    const { status, body } = await ask(sources, 'GET /api/cameras/gone/health');
    assert.deepEqual([status, JSON.parse(String(body))], [200, { camera: 'gone', ...off }]);
    const { isUp, isOff, why, isDetecting } = JSON.parse(
      String((await ask(sources, 'GET /api/cameras/gone')).body),
    ) as Record<string, unknown>;
    assert.deepEqual([{ isUp, isOff, why }, isDetecting], [off, true]);
    assert.match(String((await ask(sources, 'GET /readyz?verbose=')).body), /^\[\+\] camera gone: switched off$/m);
  });

  it('takes a switch’s position and nothing else, whatever the body or the query holds', async () => {
    const set: unknown[] = [];
    const { switches, ...rest } = await sourcesOf();
    const sources: ApiSources = {
      ...rest,
      switches: { ...switches!, set: (...given) => (set.push(given), switches!.set(...given)) },
    };
    const put = (body: unknown, query = ''): Promise<Answer> =>
      ask(sources, `PUT /api/cameras/cam/switches/detect${query}`, body);
    for (const body of [
      undefined,
      null,
      true,
      [],
      {},
      { on: 'true' },
      { on: true, source: '-f lavfi -i testsrc' },
      { on: true, ffmpeg: { args: ['-y', '/etc/passwd'] } },
      JSON.parse('{"on": true, "__proto__": {"source": "x"}}'),
    ])
      assert.equal((await put(body)).status, 400, JSON.stringify(body));
    assert.equal((await put({ on: true }, '?source=x')).status, 400);
    assert.equal((await ask(sources, 'POST /api/config/reload', { cameras: {} })).status, 400);
    assert.deepEqual(set, []);
    assert.equal((await put({ on: false })).status, 200);
    assert.deepEqual(set, [['cam', 'detect', false]]);
    assert.deepEqual(sources.onChange === rest.onChange && rest.changed, ['kim turned detect of cam off']);
  });

  it('says why a switch cannot be turned', async () => {
    const { switches, ...rest } = await sourcesOf();
    for (const [error, status] of [
      [new UsageError('cam is not enabled'), 409],
      [new OutputError('the disk is full'), 503],
    ] as const) {
      const failing = { ...switches!, set: () => Promise.reject(error) };
      const answer = await ask({ ...rest, switches: failing }, 'PUT /api/cameras/cam/switches/detect', { on: true });
      assert.deepEqual([answer.status, errorOf(answer)], [status, error.message]);
    }
    assert.deepEqual(rest.changed, []);
  });

  it('sends the clip that the log names, and says why there is none', async () => {
    const { objects, ...rest } = await sourcesOf();
    const asked: string[] = [];
    const withClip = (clip: KeptClip | undefined): ApiSources => ({
      ...rest,
      objects: { ...objects!, clip: (id) => (asked.push(id), clip) },
    });
    const clip = { path: '/kept/cam/a.mp4', codec: 'h264', isKept: () => true } as const;
    const { status, contentType, file, body } = await ask(withClip(clip), 'GET /api/events/cam-1/clip');
    assert.deepEqual([status, contentType, file, body], [200, 'video/mp4', '/kept/cam/a.mp4', undefined]);
    for (const path of ['..%2f..%2fetc%2fpasswd', '%2fetc%2fpasswd', 'cam-1%00', '..'])
      assert.match(errorOf(await ask(withClip(clip), `GET /api/events/${path}/clip`)), /^there is no such object/);
    const gone = { ...clip, isKept: () => false };
    for (const [none, error] of [
      [undefined, /^this object has no clip yet: .*post_roll/],
      [gone, /^the clip of this object was removed.*retain_days/],
    ] as const) {
      const answer = await ask(withClip(none), 'GET /api/events/cam-1/clip');
      assert.deepEqual([answer.status, answer.file], [404, undefined]);
      assert.match(errorOf(answer), error);
    }
    assert.deepEqual(new Set(asked), new Set(['cam-1']));
  });

  it('gives file, line and key of each problem of a configuration that is not taken over', async () => {
    const message = [
      'cams/c.yaml:12: detect.conf is 2; it must be a number from 0 to 1',
      'cams/c.yaml:3: cameras.front.source: demo: needs a seed',
      'cams/c.yaml:1: not YAML: Nested mappings',
      'front is for the model a and back for b',
    ];
    const sources = await sourcesOf({ reload: () => Promise.reject(new UsageError(message.join('\n'))) });
    const answer = await ask(sources, 'POST /api/config/reload');
    assert.equal(answer.status, 422);
    const { error, problems } = JSON.parse(String(answer.body)) as { error: string; problems: unknown };
    assert.equal(error, message.join('\n'));
    assert.deepEqual(problems, [
      {
        file: 'cams/c.yaml',
        line: 12,
        key: 'detect.conf',
        message: 'detect.conf is 2; it must be a number from 0 to 1',
      },
      {
        file: 'cams/c.yaml',
        line: 3,
        key: 'cameras.front.source',
        message: 'cameras.front.source: demo: needs a seed',
      },
      { file: 'cams/c.yaml', line: 1, message: 'not YAML: Nested mappings' },
      { message: 'front is for the model a and back for b' },
    ]);
    assert.deepEqual(sources.changed, []);
  });

  it('answers any mistake of a configuration that people can mend, and leaves faults of the program to the log', async () => {
    const reloading = async (error: Error) =>
      ask(await sourcesOf({ reload: () => Promise.reject(error) }), 'POST /api/config/reload');
    for (const error of [new ModelError('no model'), new OutputError('no folder'), new SourceError('no video')]) {
      const answer = await reloading(error);
      assert.deepEqual([answer.status, errorOf(answer)], [422, error.message]);
    }
    for (const error of [new InternalError('a bug'), new TypeError('a bug')])
      await assert.rejects(reloading(error), error);
  });

  it('names a wrong parameter, and lets the token of an address pass', async () => {
    const sources = await sourcesOf();
    for (const query of ['box=1', 'boxes=yes', 'height=1e9', 'height=-1', 'height=NaN', 'height=1.5']) {
      const answer = await ask(sources, `GET /api/cam/latest.jpg?${query}`);
      assert.equal(answer.status, 400, query);
      assert.match(errorOf(answer), /^the query is wrong: .*(box|height)/, query);
    }
    assert.equal((await ask(sources, 'GET /api/stats?token=x')).status, 200);
  });

  it('gives metrics to viewers, or to everyone where the configuration says so', async () => {
    const roleOf = async (changes: Partial<ApiSources>) =>
      serviceRoutes(await sourcesOf(changes)).find(({ path }) => path === '/metrics')?.role;
    assert.equal(await roleOf({}), 'viewer');
    assert.equal(await roleOf({ areMetricsOpen: true }), 'anyone');
  });

  it('has no paths for parts that the service lacks, and none for other methods', async () => {
    const { switches: _, reload: __, objects: ___, ...rest } = await sourcesOf();
    const { answer } = serviceApi(rest);
    const query = new URLSearchParams();
    for (const what of ['GET /api/switches', 'POST /api/config/reload', 'GET /api/events', 'DELETE /api/cameras/cam'])
      assert.equal(answer(what, query), undefined, what);
  });
});

type Media = { readonly content: Readonly<Record<string, { readonly schema?: object }>> };
type Operation = {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly responses: Readonly<Record<string, Media>>;
  readonly requestBody?: Media;
};
