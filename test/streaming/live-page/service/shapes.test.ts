import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { sceneRules, ZONE_DEFAULTS, LINE_DEFAULTS } from '../../../../src/core/scene-rules.js';

type Point = readonly [number, number];
type Shape = {
  readonly kind: string;
  readonly name: string;
  readonly points: readonly Point[];
  readonly keys: readonly string[];
};
/** The page's modules are compiled for browsers, separately from these tests. */
type Module = {
  shapesOf(scene: object): Shape[];
  newShape(kind: string, others: readonly Shape[]): Shape;
  withPoint(shape: Shape, index: number, point: Point): Shape;
  withPointAfter(shape: Shape, index: number): Shape;
  withoutPoint(shape: Shape, index: number): Shape;
  yamlOf(camera: string, shapes: readonly Shape[]): string;
};

describe('drawn zones', () => {
  let module: Module;
  before(async () => {
    module = (await import(
      new URL('../../../../src/streaming/live-page/page/service/shapes.js', import.meta.url).href
    )) as Module;
  });

  it('become the YAML of the configuration that they came from, without defaults', () => {
    const area: readonly Point[] = [
      [0, 0],
      [1, 0],
      [1, 1],
    ];
    const rules = sceneRules({
      zones: { porch: { points: area, classes: ['person'], dwellMs: 10_000, leaveMs: 750 }, no: { points: area } },
      lines: {
        gate: {
          points: [
            [0.1, 0.25],
            [0.9, 0.25],
          ],
          toLeft: 'comes in',
          toRight: 'goes',
        },
        plain: {
          points: [
            [0, 0],
            [1, 1],
          ],
        },
      },
      masks: { street: { points: area } },
    });
    const text = module.yamlOf('front door', module.shapesOf(rules));
    assert.deepEqual(parse(text), {
      cameras: {
        'front door': {
          zones: {
            porch: { points: area, classes: ['person'], leave: '750ms', dwell: '10s' },
            no: { points: area },
          },
          lines: {
            gate: {
              points: [
                [0.1, 0.25],
                [0.9, 0.25],
              ],
              to_left: 'comes in',
              to_right: 'goes',
            },
            plain: {
              points: [
                [0, 0],
                [1, 1],
              ],
            },
          },
          masks: { street: { points: area } },
        },
      },
    });
  });

  it('leave out the defaults of the rules, whatever these are', () => {
    const [zone, line] = module.shapesOf({
      zones: { z: { points: [], ...ZONE_DEFAULTS } },
      lines: { l: { points: [], ...LINE_DEFAULTS } },
      masks: {},
    });
    assert.deepEqual([zone.keys, line.keys], [[], []]);
  });

  it('keep their points in the picture, and as many as they need', () => {
    const zone = module.newShape('zone', []);
    assert.deepEqual(module.withPoint(zone, 1, [1.4, -2]).points[1], [1, 0]);
    const triangle = module.withoutPoint(zone, 0);
    assert.equal(triangle.points.length, 3);
    assert.equal(module.withoutPoint(triangle, 0), triangle);
    const line = module.newShape('line', [zone]);
    assert.equal(module.withoutPoint(line, 0), line);
    assert.equal(module.withPointAfter(line, 1).points.length, 3);
    assert.deepEqual(module.withPointAfter(line, 0).points[1], [0.5, 0.6]);
  });

  it('have names of their own', () => {
    const first = module.newShape('zone', []);
    const second = module.newShape('zone', [first]);
    assert.deepEqual(
      [first.name, second.name, module.newShape('zone', [first, second]).name],
      ['zone', 'zone2', 'zone3'],
    );
  });
});
