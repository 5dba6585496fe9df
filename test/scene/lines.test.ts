import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Point } from '../../src/core/polygon.js';
import { netCrossings, signedDistance } from '../../src/scene/place.js';
import { crossingsIn, percepts, play, standing, storyOf } from './scene-percepts.js';

/** From left to right across the middle. */
const ACROSS = {
  line: {
    points: [
      [0.3, 0.5],
      [0.7, 0.5],
    ] as Point[],
  },
};

/** The directions of the crossings of one object on a path. */
function directions(
  path: readonly (Point | undefined)[],
  lines: Parameters<typeof play>[0]['lines'] = ACROSS,
): string[] {
  const { events } = play({ lines }, percepts(path.map((at) => at && standing(at[0], at[1]))));
  return crossingsIn(events).map(({ direction }) => direction);
}

const down: Point[] = [
  [0.5, 0.3],
  [0.5, 0.4],
  [0.5, 0.6],
  [0.5, 0.7],
];
const up = [...down].reverse();

describe('a line', () => {
  it('from left to right is crossed "in" by an object that goes up, to its left, and "out" by one that goes down', () => {
    assert.deepEqual(directions(up), ['in']);
    assert.deepEqual(directions(down), ['out']);
  });

  it('counts a return in the other direction, with totals of each', () => {
    const { events } = play({ lines: ACROSS }, percepts([...up, ...down, ...up].map(([x, y]) => standing(x, y))));
    assert.deepEqual(
      crossingsIn(events).map(({ direction, total }) => `${direction} ${total}`),
      ['in 1', 'out 1', 'in 2'],
    );
  });

  it('counts an object that flickers at the line once', () => {
    const flicker = Array.from({ length: 15 }, (_, i): Point => [0.5, i % 2 === 0 ? 0.495 : 0.505]);
    assert.deepEqual(directions([...down.slice(0, 2), ...flicker, ...down.slice(2)]), ['out']);
    assert.deepEqual(directions([...down.slice(0, 2), ...flicker, [0.5, 0.4], [0.5, 0.3]]), []);
  });

  it('counts a crossing among the ten sightings that make the track an object, with the time of the crossing', () => {
    const crossing = (scores: readonly number[]) => {
      const path = [...down.slice(0, 2), ...Array<Point>(scores.length - 2).fill([0.5, 0.6])];
      const { events } = play(
        { lines: ACROSS, objects: { threshold: 0.6 } },
        percepts(path.map(([x, y], i) => standing(x, y, { score: scores[i] }))),
        false,
      );
      return storyOf(events).concat(
        crossingsIn(events).map(({ direction, crossedAtMs, seq }) => `${direction} ${crossedAtMs} at ${seq}`),
      );
    };
    const story = crossing([0.5, 0.5, 0.5, 0.7, 0.7, 0.7, 0.7]);
    assert.deepEqual(story, ['start new', 'out 5200 at 6']);
    assert.deepEqual(crossing([0.5, 0.5, 0.5, ...Array<number>(9).fill(0.5), ...Array<number>(6).fill(0.7)]), [
      'start new',
    ]);
  });

  it('counts an object that stops right behind it after two seconds', () => {
    const behind = Array<Point>(25).fill([0.5, 0.51]);
    const { events } = play(
      { lines: ACROSS },
      percepts([...down.slice(0, 2), ...behind].map(([x, y]) => standing(x, y))),
      false,
    );
    const [crossing] = crossingsIn(events);
    assert.deepEqual([crossing.crossedAtMs, crossing.atMs], [5200, 7200]);
  });

  it('counts an object that vanishes right behind it when it has ended', () => {
    const { events } = play(
      { lines: ACROSS },
      percepts([...down.slice(0, 2), [0.5, 0.51] as Point].map(([x, y]) => standing(x, y))),
    );
    assert.deepEqual(
      crossingsIn(events).map(({ direction }) => direction),
      ['out'],
    );
    assert.deepEqual(
      events.slice(-3).map(({ type }) => type),
      ['crossing', 'object', 'count'],
    );
  });

  it('counts one that was not seen while it crossed', () => {
    assert.deepEqual(directions([down[0], undefined, undefined, down[3]]), ['out']);
  });

  it('counts no object that goes around its end', () => {
    assert.deepEqual(
      directions([
        [0.5, 0.3],
        [0.8, 0.4],
        [0.8, 0.6],
        [0.5, 0.7],
      ]),
      [],
    );
  });

  it('counts neither an object that began on its far side nor one without a track', () => {
    assert.deepEqual(
      directions([
        [0.5, 0.505],
        [0.5, 0.495],
        [0.5, 0.3],
      ]),
      [],
    );
    const { events } = play(
      { lines: ACROSS },
      percepts(
        down.map(([x, y]) => {
          const { trackId: _, ...untracked } = standing(x, y);
          return untracked;
        }),
      ),
    );
    assert.deepEqual(events, []);
  });

  it('is only about its classes', () => {
    assert.deepEqual(directions(down, { line: { ...ACROSS.line, classes: ['car'] } }), []);
    assert.deepEqual(directions(down, { line: { ...ACROSS.line, classes: ['person'], toRight: 'south' } }), ['south']);
  });

  it('may have corners', () => {
    const corner = {
      line: {
        points: [
          [0.2, 0.5],
          [0.5, 0.5],
          [0.5, 0.9],
        ] as Point[],
      },
    };
    assert.deepEqual(
      directions(
        [
          [0.3, 0.7],
          [0.6, 0.7],
        ],
        corner,
      ),
      ['in'],
    );
    assert.deepEqual(
      directions(
        [
          [0.3, 0.7],
          [0.4, 0.3],
        ],
        corner,
      ),
      ['in'],
    );
    assert.deepEqual(
      directions(
        [
          [0.3, 0.7],
          [0.7, 0.3],
        ],
        corner,
      ),
      ['in'],
      'through the corner itself',
    );
    assert.deepEqual(
      directions(
        [
          [0.6, 0.3],
          [0.7, 0.7],
        ],
        corner,
      ),
      [],
      'on its left side',
    );
  });

  it('forgets a track that has ended', () => {
    const gone = Array<undefined>(12).fill(undefined);
    const { events, state } = play(
      { lines: ACROSS },
      percepts([down[0], ...gone, down[3], down[3]].map((at) => at && standing(at[0], at[1]))),
      false,
    );
    assert.deepEqual(crossingsIn(events), []);
    assert.equal(state.tracks.size, 1);
    assert.deepEqual(storyOf(events), ['start new', 'end lost', 'start new']);
  });

  it('is crossed by a path once if it ends on the other side, and as often back as forth if it does not', () => {
    const at = fc.nat(1e9).map((part) => part / 1e9);
    const corner: Point[] = [
      [-1, 0.5],
      [0.5, 0.5],
      [0.5, 0.75],
      [2, 0.75],
    ];
    fc.assert(
      fc.property(fc.array(fc.tuple(at, at), { minLength: 2, maxLength: 12 }), (path) => {
        const [first, last] = [path[0], path.at(-1)!];
        const sides = [first, last].map((point) => signedDistance(point, corner));
        fc.pre(sides.every((side) => side !== 0));
        const net = path.slice(1).reduce((sum, to, i) => sum + netCrossings(path[i], to, corner), 0);
        assert.equal(net, (Math.sign(sides[1]) - Math.sign(sides[0])) / 2);
      }),
      { numRuns: 500 },
    );
  });

  it('is crossed once by a path that rests on it, or leads through its corner', () => {
    const corner: Point[] = [
      [0.2, 0.5],
      [0.5, 0.5],
      [0.5, 0.9],
    ];
    const net = (path: readonly Point[]) =>
      path.slice(1).reduce((sum, to, i) => sum + netCrossings(path[i], to, corner), 0);
    assert.equal(
      net([
        [0.3, 0.4],
        [0.3, 0.5],
        [0.3, 0.6],
      ]),
      -1,
    );
    assert.equal(
      net([
        [0.3, 0.6],
        [0.3, 0.5],
        [0.3, 0.4],
      ]),
      1,
    );
    assert.equal(
      net([
        [0.3, 0.6],
        [0.3, 0.5],
        [0.3, 0.6],
      ]),
      0,
    );
    assert.equal(
      net([
        [0.3, 0.7],
        [0.5, 0.5],
        [0.7, 0.3],
      ]),
      1,
    );
    assert.equal(
      net([
        [0.7, 0.3],
        [0.3, 0.7],
      ]),
      -1,
    );
  });

  it('is crossed in alternating directions by each object, whatever it does', () => {
    const y = fc.nat(1e9).map((part) => 0.4 + (0.2 * part) / 1e9);
    fc.assert(
      fc.property(fc.array(y, { maxLength: 80 }), (ys) => {
        const found = directions(ys.map((value): Point => [0.5, value]));
        for (let i = 1; i < found.length; i++) assert.notEqual(found[i], found[i - 1], found.join());
      }),
    );
  });
});
