import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Detection } from '../../src/core/detection.js';
import type { PipelineEvent } from '../../src/core/events.js';
import type { Point } from '../../src/core/polygon.js';
import type { SceneOptions } from '../../src/core/scene-rules.js';
import { decodeEvent } from '../../src/recording/decode.js';
import { encodeEvent } from '../../src/recording/encode.js';
import { CLASSES, countsIn, crossingsIn, objectsIn, percept, play, status, storyOf } from './scene-percepts.js';

const OPTIONS: SceneOptions = {
  zones: {
    left: {
      points: [
        [0, 0],
        [0.5, 0],
        [0.5, 1],
        [0, 1],
      ],
    },
    door: {
      points: [
        [0.4, 0.4],
        [0.7, 0.4],
        [0.55, 0.9],
      ],
      classes: ['person'],
      enterMs: 0,
      leaveMs: 0,
      dwellMs: 400,
    },
  },
  lines: {
    middle: {
      points: [
        [0.5, 0],
        [0.5, 1],
      ],
      minMs: 300,
    },
    corner: {
      points: [
        [0, 0.5],
        [0.4, 0.5],
        [0.4, 1],
      ],
      minDistance: 0,
      classes: ['person', 'dog'],
    },
  },
  masks: {
    sky: {
      points: [
        [0, 0],
        [1, 0],
        [1, 0.2],
        [0, 0.2],
      ] as Point[],
      classes: ['car'],
    },
  },
  objects: { minScore: 0.1, threshold: 0.3, maxRatio: 8, stationaryMs: 700 },
  lostMs: 400,
};

/** Numbers as a detector gives them, with every digit. A plain `fc.double` is next to zero more often than not. */
const number = (min: number, max: number) => fc.nat(1e9).map((part) => min + (max - min) * (part / 1e9));
const detection = fc
  .record({
    x: number(-100, 1100),
    y: number(-50, 550),
    width: number(0, 300),
    height: number(0, 300),
    score: number(0, 1),
    classId: fc.nat(CLASSES.length - 1),
    trackId: fc.option(fc.nat(2), { nil: undefined }),
  })
  .map(({ x, y, width, height, trackId, ...rest }) => ({
    ...rest,
    className: CLASSES[rest.classId],
    box: { x1: x - width / 2, y1: y - height, x2: x + width / 2, y2: y },
    ...(trackId === undefined ? {} : { trackId }),
  }));

/** Lets most tracks stay where they were, or nearly so. */
function walker(): (found: Detection, leaps: boolean) => Detection {
  const places = new Map<number | undefined, Detection>();
  return (found, leaps) => {
    const before = places.get(found.trackId);
    const { x1, y1, x2, y2 } = before?.box ?? found.box;
    const [dx, dy] = [found.box.x1 / 300, found.box.y1 / 300];
    const box = { x1: x1 + dx, y1: y1 + dy, x2: x2 + dx, y2: y2 + dy };
    const next = before === undefined || leaps ? found : { ...before, box, score: found.score };
    places.set(found.trackId, next);
    return next;
  };
}

/** A run with uneven times, outputs in the wrong order, times that go back, and lost connections. */
const run = fc
  .array(
    fc.oneof(
      {
        weight: 20,
        arbitrary: fc.record({
          seqStep: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.constantFrom(-1, 0, 3)),
          stepMs: fc.oneof({ weight: 9, arbitrary: number(1, 250) }, fc.constantFrom(-500, 0, 3000)),
          shiftMs: number(-50, 50),
          detections: fc.array(detection, { maxLength: 5 }),
          leaps: fc.nat(9).map((chance) => chance === 0),
        }),
      },
      fc.constant('reconnecting' as const),
    ),
    { maxLength: 60, size: 'max' },
  )
  .map((steps): PipelineEvent[] => {
    let [seq, ptsMs, epoch] = [0, 0, 0];
    const walk = walker();
    return steps.map((step) => {
      if (step === 'reconnecting') {
        epoch += 1;
        return status(step, ptsMs);
      }
      seq = Math.max(0, seq + step.seqStep);
      ptsMs += step.stepMs;
      const detections = step.detections.map((found) => walk(found, step.leaps));
      return percept(seq, ptsMs, detections, { epoch, capturedAtMs: 1e6 + ptsMs + step.shiftMs });
    });
  });

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

const RUNS = { numRuns: 50 };

/** Random runs hold each of these, or the properties would say nothing. */
const EVERYTHING = [
  'start new',
  'update zones',
  'update class',
  'update moved',
  'update stationary',
  'update active',
  'end lost',
  'end interrupted',
  'end run-ended',
  'crossing middle',
  'crossing corner',
  'count door',
  'count left',
];

describe('a scene', () => {
  it('is tried with runs in which everything happens', () => {
    const found = fc.sample(run, { numRuns: 100, seed: 1 }).flatMap((events) => play(OPTIONS, events).events);
    const kinds = new Set(
      found.flatMap((event) => {
        if (event.type === 'crossing') return [`crossing ${event.line}`];
        if (event.type === 'count') return event.counts.map(({ zone }) => `count ${zone}`);
        return event.why.map((why) => `${event.phase} ${why}`);
      }),
    );
    assert.deepEqual(
      EVERYTHING.filter((kind) => !kinds.has(kind)),
      [],
    );
  });

  it('of a recording is the scene of the run', () => {
    fc.assert(
      fc.property(run, (events) => {
        const replayed = events.map((event, i) => decodeEvent(encodeEvent(event), i + 2, CLASSES));
        assert.deepEqual(play(OPTIONS, replayed).events, play(OPTIONS, events).events);
      }),
      RUNS,
    );
  });

  it('of a recording settles a tie as the run did, though it keeps whole microseconds', () => {
    const stays = { ...fc.sample(detection, { numRuns: 1, seed: 1 })[0], trackId: 1 };
    const events = [percept(0, 0.0004, [stays]), percept(1, 399.9996, [stays]), percept(2, 800.0002, [])];
    const replayed = events.map((event, i) => decodeEvent(encodeEvent(event), i + 2, CLASSES));
    const options = { objects: { stationaryMs: 400 }, lostMs: 0 };
    assert.deepEqual(storyOf(play(options, events).events), ['start new', 'update stationary', 'end lost']);
    assert.deepEqual(play(options, replayed).events, play(options, events).events);
  });

  it('has no events that JSON would change', () => {
    fc.assert(
      fc.property(run, (events) => {
        const { events: found } = play(OPTIONS, events);
        assert.deepEqual(
          JSON.parse(JSON.stringify(found)),
          found.map((event) => ({ ...event })),
        );
      }),
      RUNS,
    );
  });

  it('counts no zone, class or picture below zero, and every one zero at the end', () => {
    fc.assert(
      fc.property(run, (events) => {
        const counts = countsIn(play(OPTIONS, events).events);
        for (const { counts: each } of counts)
          for (const { present, active } of each) assert.ok(active >= 0 && present >= active, `${present}, ${active}`);
        for (const { present } of counts.at(-1)?.counts ?? []) assert.equal(present, 0);
      }),
      RUNS,
    );
  });

  it('reports counts only if one of them changed', () => {
    fc.assert(
      fc.property(run, (events) => {
        const counts = countsIn(play(OPTIONS, events).events).map(({ counts: each }) => JSON.stringify(each));
        assert.deepEqual(
          counts.filter((text, i) => text === counts[i - 1]),
          [],
        );
      }),
      RUNS,
    );
  });

  it('begins and ends each object once, with updates in between', () => {
    fc.assert(
      fc.property(run, (events) => {
        const lives = grouped(objectsIn(play(OPTIONS, events).events), ({ id }) => id);
        for (const [id, life] of lives)
          assert.match(life.map(({ phase }) => phase).join(' '), /^start( update)* end$/, id);
      }),
      RUNS,
    );
  });

  it('lets an object leave each zone as often as it enters, and at its end at the latest', () => {
    fc.assert(
      fc.property(run, (events) => {
        for (const life of grouped(objectsIn(play(OPTIONS, events).events), ({ id }) => id).values()) {
          assert.deepEqual(life.at(-1)?.currentZones, []);
          for (const { currentZones, enteredZones } of life)
            for (const zone of currentZones) assert.ok(enteredZones.includes(zone));
        }
      }),
      RUNS,
    );
  });

  it('numbers the crossings of each line and direction', () => {
    fc.assert(
      fc.property(run, (events) => {
        const crossings = crossingsIn(play(OPTIONS, events).events);
        for (const each of grouped(crossings, ({ line, direction }) => `${line} ${direction}`).values())
          assert.deepEqual(
            each.map(({ total }) => total),
            each.map((_, i) => i + 1),
          );
      }),
      RUNS,
    );
  });

  it('holds no more than the tracks of the last percepts', () => {
    const events = Array.from({ length: 500 }, (_, seq) =>
      percept(seq, seq * 100, [{ ...fc.sample(detection, { numRuns: 1, seed: seq })[0], trackId: seq }]),
    );
    const { state } = play(OPTIONS, events, false);
    assert.ok(state.tracks.size <= 5, `${state.tracks.size} tracks`);
  });
});
