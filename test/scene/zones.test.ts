import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Point } from '../../src/core/polygon.js';
import { isInside } from '../../src/scene/place.js';
import { NOT_IN, nextPresence, type ZonePresence } from '../../src/scene/zone-presence.js';
import { countsIn, objectsIn, percept, percepts, play, SIZE, standing, storyOf } from './scene-percepts.js';

const LEFT_HALF: Point[] = [
  [0, 0],
  [0.5, 0],
  [0.5, 1],
  [0, 1],
];
/** The zones of the object in each percept, as last reported. */
function zonesOver(options: Parameters<typeof play>[0], xs: readonly number[], everyMs = 100): string[] {
  let zones = '';
  const events = percepts(
    xs.map((x) => standing(x, 0.8)),
    everyMs,
  );
  return events.map((_, i) => {
    const told = objectsIn(play(options, events.slice(0, i + 1), false).events).at(-1);
    zones = told?.currentZones.join() ?? zones;
    return zones;
  });
}

describe('a zone', () => {
  it('holds its edges and corners, and an object whose lower edge is on the border of the picture', () => {
    for (const point of [
      [0.5, 0.5],
      [0.5, 1],
      [0, 0],
      [0.25, 1],
      [0.2, 0.3],
    ] as Point[])
      assert.ok(isInside(point, LEFT_HALF), String(point));
    for (const point of [
      [0.5001, 0.5],
      [0.2, 1.0001],
      [-0.0001, 0.5],
    ] as Point[])
      assert.ok(!isInside(point, LEFT_HALF), String(point));
  });

  it('of any shape holds its notch as outside', () => {
    const notched: Point[] = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0.5, 0.2],
      [0, 1],
    ];
    assert.ok(!isInside([0.5, 0.5], notched));
    assert.ok(isInside([0.1, 0.5], notched));
    assert.ok(isInside([0.5, 0.1], notched));
  });

  it('holds the same points whatever corner comes first, and in either order', () => {
    const coordinate = fc.integer({ min: 0, max: 20 }).map((value) => value / 20);
    const shape: Point[] = [
      [0.1, 0.1],
      [0.9, 0.2],
      [0.6, 0.5],
      [0.8, 0.95],
      [0.1, 0.8],
    ];
    fc.assert(
      fc.property(coordinate, coordinate, fc.nat(4), fc.boolean(), (x, y, first, isReversed) => {
        const turned = [...shape.slice(first), ...shape.slice(0, first)];
        assert.equal(isInside([x, y], isReversed ? turned.reverse() : turned), isInside([x, y], shape));
      }),
    );
  });

  it('counts an object that was inside for 200 ms, and drops it after 500 ms outside', () => {
    const zones = zonesOver(
      { zones: { left: { points: LEFT_HALF } } },
      [0.6, 0.4, 0.4, 0.4, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6],
    );
    assert.deepEqual(zones, ['', '', '', 'left', 'left', 'left', 'left', 'left', 'left', '']);
  });

  it('needs two sightings at 5 percepts a second', () => {
    const zones = zonesOver({ zones: { left: { points: LEFT_HALF } } }, [0.6, 0.4, 0.4, 0.6, 0.6, 0.6, 0.6], 200);
    assert.deepEqual(zones, ['', '', 'left', 'left', 'left', 'left', '']);
  });

  it('takes no notice of a box that jumps in or out for one percept', () => {
    const zones = zonesOver(
      { zones: { left: { points: LEFT_HALF } } },
      [0.6, 0.4, 0.6, 0.4, 0.4, 0.4, 0.6, 0.4, 0.6, 0.4],
    );
    assert.deepEqual(zones, ['', '', '', '', '', 'left', 'left', 'left', 'left', 'left']);
  });

  it('with a dwell time counts an object that lingers, from its first sighting inside', () => {
    const zones = zonesOver({ zones: { left: { points: LEFT_HALF, dwellMs: 600 } } }, Array<number>(8).fill(0.4));
    assert.deepEqual(zones, ['', '', '', '', '', '', 'left', 'left']);
  });

  it('counts the dwell time by the times of the source, however fast or late the pictures are read', () => {
    const events = Array.from({ length: 40 }, (_, seq) =>
      percept(seq, seq * 100, [standing(0.4, 0.8)], { capturedAtMs: 1000 - seq * 2 }),
    );
    const [entered] = objectsIn(play({ zones: { left: { points: LEFT_HALF, dwellMs: 3000 } } }, events).events).filter(
      ({ currentZones }) => currentZones.length > 0,
    );
    assert.equal(entered.seq, 30);
    assert.equal(entered.atMs, 940);
  });

  it('is only about its classes', () => {
    const { events } = play(
      { zones: { left: { points: LEFT_HALF, classes: ['car'] } } },
      percepts(Array(8).fill(standing(0.4, 0.8))),
    );
    assert.deepEqual(storyOf(events), ['start new', 'end run-ended']);
  });

  it('takes the place of a box that reaches beyond the picture as it is', () => {
    const wide = standing(0.5, 0.8, { box: { x1: -400, y1: 300, x2: 1000, y2: 400 } });
    const { events } = play(
      {
        zones: {
          left: {
            points: [
              [0.25, 0],
              [0.35, 0],
              [0.35, 1],
              [0.25, 1],
            ],
          },
        },
      },
      percepts(Array(8).fill(wide)),
    );
    assert.deepEqual(objectsIn(events).at(-1)?.enteredZones, ['left']);
    assert.equal(SIZE.width, 1000);
  });

  it('is left once by a track that leaves, and counts zero after it', () => {
    const { events } = play(
      { zones: { left: { points: LEFT_HALF } } },
      percepts([...Array(5).fill(standing(0.4, 0.8)), ...Array(20).fill(undefined)]),
    );
    assert.deepEqual(storyOf(events), ['start new', 'update zones', 'end lost']);
    const inZone = countsIn(events).map(({ counts }) => counts.find(({ zone }) => zone === 'left')?.present);
    assert.deepEqual(inZone, [undefined, 1, 0]);
  });

  it('is entered and left in turn, never within less than its times', () => {
    fc.assert(
      fc.property(
        fc.record({ enterMs: fc.nat(500), leaveMs: fc.nat(500) }),
        fc.array(fc.record({ stepMs: fc.integer({ min: 1, max: 300 }), isInside: fc.boolean() }), { maxLength: 60 }),
        (rule, sightings) => {
          let presence: ZonePresence = NOT_IN;
          let nowMs = 0;
          let sinceMs: number | undefined;
          for (const { stepMs, isInside: inside } of sightings) {
            nowMs += stepMs;
            sinceMs = inside === presence.isIn ? undefined : (sinceMs ?? nowMs);
            const next = nextPresence(rule, presence, inside, nowMs);
            const mustFlip = sinceMs !== undefined && nowMs - sinceMs >= (inside ? rule.enterMs : rule.leaveMs);
            assert.equal(next.isIn !== presence.isIn, mustFlip);
            if (mustFlip) sinceMs = undefined;
            presence = next;
          }
        },
      ),
    );
  });
});
