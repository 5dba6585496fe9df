import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRunConfig } from '../../src/cli/run.js';
import type { RunFlagValues } from '../../src/cli/run-flags.js';
import { SCENE_KEYS } from '../../src/config/keys/scene-keys.js';
import { parseConfig } from '../../src/config/load.js';
import type { RunConfig } from '../../src/config/run-config.js';
import { resolveScene } from '../../src/config/scene-config.js';
import { UsageError } from '../../src/core/errors.js';
import { sceneRules } from '../../src/core/scene-rules.js';
import { temporaryFolder } from '../helpers/temporary.js';

const AREA = '[[0, 0], [1, 0], [1, 1]]';
const parse = (text: string) => parseConfig(SCENE_KEYS, text, 'z.yaml', {}).settings;

describe('a file of zones', () => {
  const refuses = (text: string, message: RegExp): void =>
    assert.throws(
      () => parse(text),
      (error) => error instanceof UsageError && message.test(error.message),
    );

  it('gives the rules of its keys', () => {
    const text = `
zones:
  yard: { points: ${AREA}, classes: "person, dog", enter: none, leave: 2s, dwell: 1m }
lines:
  gate: { points: [[0, 0.5], [1, 0.5]], min_distance: 0.1, min_time: none, to_left: north, to_right: south }
masks:
  tree: { points: ${AREA}, classes: [bird] }
objects:
  min_score: 0.4
  stationary: 30s
  per_class:
    traffic light: { min_score: 0.2, threshold: 0.3, min_area: 0.1, max_area: 0.2, min_ratio: 0.3, max_ratio: 2 }
`;
    const points = [
      [0, 0],
      [1, 0],
      [1, 1],
    ] as const;
    assert.deepEqual(
      resolveScene(parse(text), '', 1500),
      sceneRules({
        zones: { yard: { points, classes: ['person', 'dog'], enterMs: 0, leaveMs: 2000, dwellMs: 60_000 } },
        lines: {
          gate: {
            points: [
              [0, 0.5],
              [1, 0.5],
            ],
            classes: undefined,
            minDistance: 0.1,
            minMs: 0,
            toLeft: 'north',
            toRight: 'south',
          },
        },
        masks: { tree: { points, classes: ['bird'] } },
        objects: {
          minScore: 0.4,
          stationaryMs: 30_000,
          perClass: {
            'traffic light': { minScore: 0.2, threshold: 0.3, minArea: 0.1, maxArea: 0.2, minRatio: 0.3, maxRatio: 2 },
          },
        },
        lostMs: 1500,
      }),
    );
  });

  it('like the one in docs/scene.md is valid', () => {
    const [, example] = /```yaml\n([^]*?)```/.exec(readFileSync('docs/scene.md', 'utf8')) ?? [];
    const { zones, lines, masks, filterByClass } = resolveScene(parse(example), '', 1000);
    const names = [zones, lines, masks, filterByClass].flatMap((each) => Object.keys(each));
    assert.deepEqual(names, ['drive', 'porch', 'gate', 'street', 'person']);
  });

  it('states the defaults that the rules have', () => {
    const withPoints = (keys: object) =>
      Object.fromEntries(
        Object.entries(keys).flatMap(([name, { default: preset }]) => (preset === undefined ? [] : [[name, preset]])),
      );
    const { zones, lines, objects } = SCENE_KEYS;
    const written = parse(
      JSON.stringify({
        zones: {
          a: {
            points: [
              [0, 0],
              [1, 0],
              [1, 1],
            ],
            ...withPoints(zones.of),
          },
        },
        lines: {
          b: {
            points: [
              [0, 0],
              [1, 1],
            ],
            ...withPoints(lines.of),
          },
        },
        objects: withPoints(objects.keys),
      }),
    );
    const left = parse(`zones: {a: {points: ${AREA}}}\nlines: {b: {points: [[0, 0], [1, 1]]}}`);
    assert.deepEqual(
      JSON.parse(JSON.stringify(resolveScene(written, '', 1000))),
      JSON.parse(JSON.stringify(resolveScene(left, '', 1000))),
    );
  });

  it('is refused with line, key, value and remedy', () => {
    refuses(`zones:\n  yard: {points: [[0, 0], [1, 1]]}`, /^z\.yaml:2: zones\.yard\.points: has 2 points and needs 3/);
    refuses(
      `zones:\n  yard: {points: [[0, 0], [1, 1], [1, 0], [0, 1]]}`,
      /^z\.yaml:2: .*crosses itself.* put the points/,
    );
    refuses(
      `zones:\n  yard: {points: [[0, 0], [640, 0], [1, 1]]}`,
      /^z\.yaml:2: .*\[640, 0\], outside the picture; points are fractions/,
    );
    refuses(
      `masks:\n  a: {points: [[0, 0], [1, x], [1, 1]]}`,
      /^z\.yaml:2: masks\.a\.points is \[\[0,0\],\[1,"x"\],\[1,1\]\]; it must be a list of three or more points/,
    );
    refuses(
      `lines:\n  gate: {}`,
      /^z\.yaml:2: lines\.gate\.points is missing; it must be a list of two or more points/,
    );
    refuses(`zone:\n  yard: {}`, /^z\.yaml:1: zone is not a key; did you mean zones\?/);
    refuses(`zones:\n  "my yard": {points: ${AREA}}`, /^z\.yaml:2: zones\.my yard is no name for a zone/);
    refuses(`zones: {a: {points: ${AREA}, dwell: soon}}`, /zones\.a\.dwell is "soon"; it must be none or a duration/);
  });

  it('with values that contradict each other is refused by the names of its keys', () => {
    const resolve = (text: string) => () => resolveScene(parse(text), 'cameras.front.', 0);
    assert.throws(
      resolve('lines: {gate: {points: [[0, 0], [1, 1]], to_left: out}}'),
      /cameras\.front\.lines\.gate\.to_left and cameras\.front\.lines\.gate\.to_right are both "out"/,
    );
    assert.throws(
      resolve('objects: {per_class: {car: {min_area: 0.5, max_area: 0.1}}}'),
      /cameras\.front\.objects\.per_class\.car\.min_area is 0\.5, above .*max_area, 0\.1/,
    );
  });
});

describe('the scene of a source', () => {
  const folder = temporaryFolder();
  const fileOf = (name: string, text: string): string => {
    writeFileSync(join(folder(), name), text);
    return join(folder(), name);
  };
  const read = (text: string, sources: readonly string[] = [], flags: RunFlagValues = {}): Promise<RunConfig> =>
    readRunConfig(sources, { ...flags, config: fileOf('c.yaml', text) }, { env: {}, secrets: new Set() });
  const yard = `zones: {yard: {points: ${AREA}}}`;
  const camera = (rest: string): string =>
    `cameras: {front: {source: "rtsp://h/1", ${rest}}, back: {source: "rtsp://h/2"}}`;

  it('is that of its camera, and turns its tracking on', async () => {
    const { sources, detect } = await read(camera(yard));
    assert.deepEqual(Object.keys(sources[0].scene!.zones), ['yard']);
    assert.deepEqual([sources[0].detect?.track, detect.track], [true, false]);
    assert.deepEqual([sources[1].scene, sources[1].detect], [undefined, undefined]);
  });

  it('is that of --zones, for one source, even over that of its camera', async () => {
    const zones = fileOf('z.yaml', 'zones: {other: {points: [[0, 0], [1, 0], [1, 1]]}}');
    const { sources } = await read(camera(yard), ['front'], { zones });
    assert.deepEqual(Object.keys(sources[0].scene!.zones), ['other']);
    const named = await read('', ['rtsp://h/x'], { zones });
    assert.deepEqual([named.sources[0].scene!.lostMs, named.sources[0].detect?.track], [1000, true]);
    await assert.rejects(
      read(camera(''), [], { zones }),
      /--zones is for one picture, but the run has 2 sources \(front, back\); put zones/,
    );
    await assert.rejects(
      read('', ['rtsp://h/x'], { zones: 'none.yaml' }),
      /does not exist; name a YAML file with --zones/,
    );
  });

  it('is refused if its tracking is off', async () => {
    await assert.rejects(
      read(camera(`detect: {track: false}, ${yard}`)),
      /c\.yaml:\d: cameras\.front\.detect\.track is false, but zones/,
    );
    await assert.rejects(
      read(`detect: {track: false}\n${camera(yard)}`),
      /c\.yaml:\d: detect\.track \(--track\) is false, but zones/,
    );
  });

  it('keeps an object for as long as its tracker', async () => {
    const lostMs = async (detect: string) =>
      (await read(camera(`detect: {${detect}}, ${yard}`))).sources[0].scene?.lostMs;
    assert.equal(await lostMs('lost_track: 3s'), 3000);
    assert.equal(await lostMs('forecast: nowcast'), 1000);
    assert.equal(await lostMs('forecast: kalman'), 0);
  });

  it('leaves the model to the camera', async () => {
    const { model } = await read(
      'model: {path: shared}\ncameras: {clip: {source: "rtsp://h/1", detect: {model: own}}}',
      ['rtsp://h/clip'],
      {
        zones: fileOf('z.yaml', yard),
      },
    );
    assert.equal(model.path, 'shared');
  });

  it('is needed by --events', async () => {
    const events = join(folder(), 'e.jsonl');
    await assert.rejects(
      read(camera(''), [], { events }),
      /output\.events \(--events\) takes what happens in zones.*; add --zones FILE\.yaml/,
    );
    assert.equal((await read(camera('objects: {}'), [], { events })).sinks[0].kind, 'events');
  });
});
