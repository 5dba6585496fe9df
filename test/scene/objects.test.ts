import assert from 'node:assert/strict';
import type { DropEvent } from '../../src/core/events.js';
import { dropEventOf } from '../streaming/events.js';
import { countsIn, objectsIn, percept, percepts, play, standing, status, storyOf, STREAM } from './scene-percepts.js';

const still = standing(0.5, 0.8);
const times = <T>(count: number, value: T): T[] => Array<T>(count).fill(value);

describe('the life of an object', () => {
  it('begins once it has a track, and ends when its track does', () => {
    const { events } = play({ lostMs: 1000 }, percepts([...times(3, still), ...times(14, undefined)]), false);
    assert.deepEqual(storyOf(events), ['start new', 'end lost']);
    const [start, end] = objectsIn(events);
    assert.deepEqual([start.id, start.seq, start.startedAtMs, start.endedAtMs], ['gate-0-1', 0, 5000, undefined]);
    assert.deepEqual([end.id, end.seq, end.startedAtMs, end.endedAtMs], ['gate-0-1', 13, 5000, 5200]);
  });

  it('goes on if it is seen again before', () => {
    const { events } = play({ lostMs: 1000 }, percepts([still, ...times(10, undefined), still]), false);
    assert.deepEqual(storyOf(events), ['start new']);
  });

  it('begins anew, with another id, if its track comes back later', () => {
    const { events } = play({ lostMs: 300 }, percepts([still, ...times(4, undefined), still]));
    assert.deepEqual(
      objectsIn(events).map(({ phase, id }) => `${phase} ${id}`),
      ['start gate-0-1', 'end gate-0-1', 'start gate-5-1', 'end gate-5-1'],
    );
  });

  it('ends with the connection, whose late frames count no more', () => {
    const { events } = play({}, [
      percept(0, 0, [still]),
      status('reconnecting'),
      percept(1, 100, [still]),
      percept(2, 90_000, [still], { epoch: 1 }),
    ]);
    assert.deepEqual(storyOf(events), ['start new', 'end interrupted', 'start new', 'end run-ended']);
    assert.deepEqual(
      countsIn(events).map(({ counts }) => counts[0].present),
      [1, 0, 1, 0],
    );
  });

  it('ends with its connection too if no status tells of it', () => {
    const { events } = play({}, [percept(0, 0, [still]), percept(1, 100, [still], { epoch: 1 })]);
    assert.deepEqual(storyOf(events), ['start new', 'end interrupted', 'start new', 'end run-ended']);
  });

  it('ends when detection is switched off, whose frame in work counts no more, and begins anew when it is on', () => {
    const off = (seq: number): DropEvent => dropEventOf(seq, { streamId: STREAM, reason: 'detect-off' });
    const { events } = play({}, [
      off(0),
      percept(1, 100, [still]),
      off(3),
      percept(2, 200, [still]),
      off(4),
      percept(5, 500, [still]),
    ]);
    assert.deepEqual(storyOf(events), ['start new', 'end interrupted', 'start new', 'end run-ended']);
    assert.deepEqual(
      objectsIn(events).map(({ id }) => id),
      ['gate-1-1', 'gate-1-1', 'gate-5-1', 'gate-5-1'],
    );
  });

  it('takes no notice of an output that comes after a newer one', () => {
    const { events } = play({ lostMs: 0 }, [percept(0, 0, [still]), percept(2, 200, [still]), percept(1, 100, [])]);
    assert.deepEqual(storyOf(events), ['start new', 'end run-ended']);
  });

  it('is told again when it has moved by 5 % of the diagonal', () => {
    const { events } = play({}, percepts(Array.from({ length: 11 }, (_, i) => standing(0.1 + i * 0.02, 0.8))));
    assert.deepEqual(storyOf(events), ['start new', ...times(3, 'update moved'), 'end run-ended']);
  });

  it('is told again after a minute', () => {
    const { events } = play({ objects: { stationaryMs: 1e6 } }, percepts(times(122, still), 1000));
    assert.deepEqual(storyOf(events), ['start new', 'update minute', 'update minute', 'end run-ended']);
  });

  it('is stationary after ten seconds in one place, and active after a second elsewhere', () => {
    const noisy = Array.from({ length: 52 }, (_, i) => standing(0.5 + (i % 3) * 0.002, 0.8 + (i % 2) * 0.01));
    const hidden = standing(0.5, 0.72, { box: { x1: 490, y1: 320, x2: 510, y2: 360 } });
    const { events } = play(
      {},
      percepts([...noisy, hidden, hidden, still, ...times(8, standing(0.53, 0.8))], 200),
      false,
    );
    assert.deepEqual(storyOf(events), ['start new', 'update stationary', 'update active']);
    const [, stationary, active] = objectsIn(events);
    assert.deepEqual([stationary.seq, active.seq], [50, 60]);
    assert.deepEqual(
      countsIn(events).map(({ counts: [{ present, active: moving }] }) => [present, moving]),
      [
        [1, 1],
        [1, 0],
        [1, 1],
      ],
    );
  });

  it('has the class that its latest sightings support most', () => {
    const kinds = [0, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1];
    const seen = kinds.map((classId) => standing(0.5, 0.8, { classId, className: classId === 0 ? 'person' : 'car' }));
    const { events } = play({}, percepts(seen));
    assert.deepEqual(storyOf(events), ['start new', 'update class', 'end run-ended']);
    assert.equal(objectsIn(events)[1].seq, 8);
    assert.deepEqual(
      countsIn(events).map(({ counts }) => counts.map(({ className, present }) => `${className} ${present}`)),
      [['person 1'], ['person 0', 'car 1'], ['person 0', 'car 0']],
    );
  });

  it('keeps its best view, and tells of a better one every five seconds', () => {
    const near = (height: number, score = 0.8) =>
      standing(0.5, 0.8, { score, box: { x1: 480, y1: 400 - height, x2: 520, y2: 400 } });
    const growing = Array.from({ length: 61 }, (_, i) => near(80 + i));
    const { events } = play({ objects: { stationaryMs: 1e6 } }, percepts([...growing, near(140, 0.3), near(40)], 200));
    assert.deepEqual(storyOf(events), ['start new', 'update best', 'update best', 'end run-ended']);
    assert.deepEqual(
      objectsIn(events).map(({ best }) => best.seq),
      [0, 25, 50, 60],
    );
    assert.equal(objectsIn(events).at(-1)?.score, 0.8);
    assert.equal(objectsIn(events).at(-1)?.topScore, 0.8);
  });

  it('prefers a whole view to a larger one at the border', () => {
    const cut = standing(0.5, 1, { box: { x1: 480, y1: 400, x2: 520, y2: 500 } });
    const { events } = play({}, percepts([cut, still, cut]));
    assert.equal(objectsIn(events).at(-1)?.best.seq, 1);
  });
});
