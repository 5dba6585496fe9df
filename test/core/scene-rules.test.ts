import assert from 'node:assert/strict';
import type { Point } from '../../src/core/polygon.js';
import { filterFor, sceneRules, type SceneOptions } from '../../src/core/scene-rules.js';

const AREA: Point[] = [
  [0, 0],
  [1, 0],
  [1, 1],
];
const PATH: Point[] = [
  [0, 0],
  [1, 1],
];

function refuses(options: unknown, message: RegExp): void {
  assert.throws(() => sceneRules(options as SceneOptions), { code: 'NOWCAST_USAGE', message });
}

describe('the rules of a scene', () => {
  it('have defaults for all but points', () => {
    const { zones, lines, masks, lostMs, stationaryMs } = sceneRules({
      zones: { yard: { points: AREA, dwellMs: undefined } },
      lines: { gate: { points: PATH, minMs: 100 } },
      masks: { tree: { points: AREA } },
    });
    assert.deepEqual(zones, { yard: { points: AREA, enterMs: 200, leaveMs: 500, dwellMs: 0 } });
    assert.deepEqual(lines, { gate: { points: PATH, minDistance: 0.02, minMs: 100, toLeft: 'in', toRight: 'out' } });
    assert.deepEqual(masks, { tree: { points: AREA } });
    assert.deepEqual([lostMs, stationaryMs], [1000, 10_000]);
  });

  it('give each class the values of all under its own', () => {
    const rules = sceneRules({ objects: { minScore: 0.4, perClass: { car: { maxArea: 0.5 } } } });
    assert.deepEqual([filterFor(rules, 'car').minScore, filterFor(rules, 'car').maxArea], [0.4, 0.5]);
    assert.deepEqual([filterFor(rules, 'dog').minScore, filterFor(rules, 'constructor').maxArea], [0.4, 1]);
  });

  it('name the field and the value that they refuse', () => {
    refuses(
      {
        zones: {
          yard: {
            points: [
              [0, 0],
              [1, 0],
            ],
          },
        },
      },
      /^zones\.yard\.points has 2 points and needs 3/,
    );
    refuses({ zones: { yard: {} } }, /^zones\.yard\.points must be a list of points \[x, y\], got nothing/);
    refuses({ masks: { tree: { points: [1, 2, 3] } } }, /^masks\.tree\.points must be a list of points .*\[1,2,3\]/);
    refuses(
      { zones: { yard: { points: AREA, enterMs: -1 } } },
      /^zones\.yard\.enterMs must be a number of 0 or more, got -1/,
    );
    refuses(
      { lines: { gate: { points: PATH, minDistance: 2 } } },
      /^lines\.gate\.minDistance must be .* from 0 to 1, got 2/,
    );
    refuses(
      { lines: { gate: { points: PATH, toLeft: 'out' } } },
      /^lines\.gate\.toLeft and lines\.gate\.toRight are both "out"/,
    );
    refuses({ objects: { minScore: NaN } }, /^objects\.minScore must be a number from 0 to 1, got NaN/);
    refuses(
      { objects: { maxArea: 0.1, perClass: { car: { minArea: 0.2 } } } },
      /^objects\.perClass\.car\.minArea is 0\.2, above objects\.perClass\.car\.maxArea, 0\.1/,
    );
    refuses({ lostMs: Infinity }, /^lostMs must be a number of 0 or more, got Infinity/);
  });
});
