import assert from 'node:assert/strict';
import { namesClasses, withModelClasses } from '../../../src/app/run/scene-classes.js';
import { SceneTally } from '../../../src/app/run/scene-tally.js';
import type { Point } from '../../../src/core/polygon.js';
import { sceneRules, type SceneOptions } from '../../../src/core/scene-rules.js';
import { percepts, play, standing } from '../../scene/scene-percepts.js';

const AREA: Point[] = [
  [0, 0],
  [0.5, 0],
  [0.5, 1],
  [0, 1],
];
const options: SceneOptions = {
  zones: {
    left: { points: AREA, enterMs: 0, leaveMs: 0 },
    empty: {
      points: [
        [0.9, 0],
        [1, 0],
        [1, 0.1],
      ],
    },
  },
  lines: {
    middle: {
      points: [
        [0.5, 1],
        [0.5, 0],
      ],
    },
    other: {
      points: [
        [0, 0.1],
        [1, 0.1],
      ],
    },
  },
};

describe('the scenes of a run', () => {
  it('are summed up as objects by class, crossings by line, and the most objects at once', () => {
    const tally = new SceneTally(sceneRules(options));
    const xs = [0.3, 0.4, 0.6, 0.7, 0.4, 0.3];
    for (const event of play(options, percepts(xs.map((x) => standing(x, 0.8)))).events) tally.seen(event);
    assert.deepEqual(tally.summary, {
      objects: { person: 1 },
      crossings: { middle: { in: 1, out: 1 }, other: { in: 0, out: 0 } },
      mostAtOnce: { picture: 1, zones: { left: 1, empty: 0 } },
    });
  });

  it('have the classes of the model, whatever their spelling', () => {
    const rules = sceneRules({
      zones: { yard: { points: AREA, classes: ['PERSON', '1'] } },
      objects: { perClass: { Person: { minScore: 0.2 } } },
    });
    const { zones, filterByClass } = withModelClasses(rules, ['person', 'traffic light'], 'front');
    assert.deepEqual(zones['yard'].classes, ['person', 'traffic light']);
    assert.deepEqual(Object.keys(filterByClass), ['person']);
  });

  it('name the rule with a class that the model does not have', () => {
    const of = (some: SceneOptions) => () => withModelClasses(sceneRules(some), ['person', 'car'], 'front');
    assert.throws(
      of({ lines: { gate: { points: AREA, classes: ['persn'] } } }),
      /^UsageError: lines\.gate\.classes of front has "persn", which is not a class of the model; did you mean person\?/,
    );
    assert.throws(of({ objects: { perClass: { cart: {} } } }), /^UsageError: objects\.per_class of front has "cart"/);
    assert.deepEqual(
      [namesClasses(sceneRules(options)), namesClasses(sceneRules({ objects: { perClass: { car: {} } } }))],
      [false, true],
    );
  });
});
