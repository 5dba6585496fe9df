import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Turns } from '../../src/pipeline/turns.js';

/** Streams by their priorities, of which only those of `canRun(turn)` compete for a turn; returns the runs of each. */
function runsOf(priorities: readonly number[], turnCount: number, canRun: (stream: number, turn: number) => boolean) {
  const turns = new Turns();
  const places = priorities.map((priority) => turns.first(priority));
  const runs = priorities.map(() => 0);
  for (let turn = 0; turn < turnCount; turn++) {
    const able = places.flatMap((place, stream) => (canRun(stream, turn) ? [{ place, stream }] : []));
    if (able.length === 0) continue;
    const { stream } = able.reduce((first, one) => (one.place < first.place ? one : first));
    runs[stream] += 1;
    places[stream] = turns.taken(places[stream], priorities[stream]);
  }
  return runs;
}

describe('turns', () => {
  it('follow the priorities to a turn', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 2, maxLength: 12 }), (priorities) => {
        const all = priorities.reduce((sum, priority) => sum + priority, 0);
        const runs = runsOf(priorities, 10 * all, () => true);
        for (const [i, count] of runs.entries()) assert.ok(Math.abs(count - 10 * priorities[i]) <= 1, runs.join(' '));
      }),
    );
  });

  it('are equal for streams that often have no frame, whichever these are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 3, maxLength: 8 }), (phases) => {
        // Each is away for three turns of ten.
        const runs = runsOf(
          phases.map(() => 1),
          3000,
          (stream, turn) => (turn + phases[stream]) % 10 >= 3,
        );
        const isAlwaysOneThere = Array.from({ length: 10 }, (_, turn) => turn).every(
          (turn) => phases.filter((phase) => (turn + phase) % 10 >= 3).length > 1,
        );
        fc.pre(isAlwaysOneThere);
        assert.ok(Math.max(...runs) - Math.min(...runs) <= 9, runs.join(' '));
      }),
    );
  });

  it('of a stream that was away for long are given back up to a bound', () => {
    const runs = runsOf([1, 1], 1000, (stream, turn) => stream === 0 || turn >= 900);
    // Of the last 100, 50 and at most half of its credit.
    assert.ok(runs[1] > 50 && runs[1] <= 55, runs.join(' '));
  });

  it('of a new stream begin at once', () => {
    const turns = new Turns();
    let place = turns.first(1);
    for (let turn = 0; turn < 100; turn++) place = turns.taken(place, 1);
    assert.equal(turns.first(1), place);
  });
});
