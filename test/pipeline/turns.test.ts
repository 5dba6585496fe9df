import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Turns, type Place } from '../../src/pipeline/turns.js';

type Streams = {
  readonly priorities: readonly number[];
  readonly turnCount: number;
  /** Only these compete for a turn. */
  readonly canRun: (stream: number, turn: number) => boolean;
};

/** Returns the runs of each stream. */
function runsOf({ priorities, turnCount, canRun }: Streams): number[] {
  const turns = new Turns();
  const places = priorities.map((priority) => turns.join(priority));
  const runs = priorities.map(() => 0);
  for (let turn = 0; turn < turnCount; turn++) {
    const able = places.flatMap((place, stream) => (canRun(stream, turn) ? [{ place, stream }] : []));
    if (able.length === 0) continue;
    const { place, stream } = able.reduce((first, one) => (one.place.value < first.place.value ? one : first));
    runs[stream] += 1;
    turns.take(place);
  }
  return runs;
}

const PERIOD = 10;

/** Streams that are away for three turns of ten, from different turns on. */
const phasesOfStreams = fc.array(fc.integer({ min: 0, max: PERIOD - 1 }), { minLength: 2, maxLength: 8 });
const isThere = (phase: number, turn: number): boolean => (turn + phase) % PERIOD >= 3;

function runsOfPhases(phases: readonly number[]): number[] {
  return runsOf({
    priorities: phases.map(() => 1),
    turnCount: 3000,
    canRun: (stream, turn) => isThere(phases[stream], turn),
  });
}

/**
 * The max-min fair shares of a period's turns, by trying all groups: the group whose members alone compete for the most
 * turns a member takes these, and the others share the rest.
 */
function fairShares(phases: readonly number[]): number[] {
  const shares = phases.map(() => 0);
  let isOpen = phases.map(() => true);
  let turns = Array.from({ length: PERIOD }, (_, turn) => turn);
  while (isOpen.includes(true)) {
    let best: { readonly share: number; readonly group: readonly boolean[]; readonly left: number[] } | undefined;
    for (let bits = 1; bits < 2 ** phases.length; bits++) {
      const group = phases.map((_, stream) => (bits & (2 ** stream)) !== 0);
      if (group.some((isIn, stream) => isIn && !isOpen[stream])) continue;
      const isForOthers = (turn: number): boolean =>
        phases.some((phase, stream) => isOpen[stream] && !group[stream] && isThere(phase, turn));
      const own = turns.filter((turn) => !isForOthers(turn) && phases.some((p, i) => group[i] && isThere(p, turn)));
      const share = own.length / group.filter(Boolean).length;
      const left = turns.filter((turn) => !own.includes(turn));
      if (best === undefined || share > best.share) best = { share, group, left };
    }
    const { share, group, left } = best!;
    isOpen = isOpen.map((open, stream) => open && !group[stream]);
    for (const stream of shares.keys()) if (group[stream]) shares[stream] = share;
    turns = left;
  }
  return shares;
}

describe('turns', () => {
  it('follow the priorities to a turn', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 2, maxLength: 12 }), (priorities) => {
        const all = priorities.reduce((sum, priority) => sum + priority, 0);
        const runs = runsOf({ priorities, turnCount: 10 * all, canRun: () => true });
        for (const [i, count] of runs.entries()) assert.ok(Math.abs(count - 10 * priorities[i]) <= 1, runs.join(' '));
      }),
    );
  });

  it('are as equal as the frames of the streams allow, whichever often have none', () => {
    fc.assert(
      fc.property(phasesOfStreams, (phases) => {
        const runs = runsOfPhases(phases);
        for (const [stream, share] of fairShares(phases).entries()) {
          const fair = (share * 3000) / PERIOD;
          assert.ok(Math.abs(runs[stream] - fair) <= 0.03 * fair, `${runs.join(' ')}, ${stream} should have ${fair}`);
        }
      }),
      { examples: [[[5, 2, 2, 5, 2, 2, 2]]] },
    );
  });

  it('are equal for streams that have frames at the same times', () => {
    fc.assert(
      fc.property(phasesOfStreams, (phases) => {
        const runs = runsOfPhases(phases);
        for (const [stream, phase] of phases.entries()) {
          const first = phases.indexOf(phase);
          assert.ok(Math.abs(runs[stream] - runs[first]) <= 1, runs.join(' '));
        }
      }),
      { examples: [[[5, 2, 2, 5, 2, 2, 2]]] },
    );
  });

  it('of a stream that was away for long are given back up to a bound', () => {
    const runs = runsOf({ priorities: [1, 1], turnCount: 1000, canRun: (stream, turn) => stream === 0 || turn >= 900 });
    // Of the last 100, 50 and at most half of its credit.
    assert.ok(runs[1] > 50 && runs[1] <= 55, runs.join(' '));
  });

  it('of a new stream begin at once', () => {
    const turns = new Turns();
    const place = turns.join(1);
    for (let turn = 0; turn < 100; turn++) turns.take(place);
    assert.equal(turns.join(1).value, place.value);
  });

  it('are not held for a stream that has left', () => {
    const turns = new Turns();
    const [goes, stays, other] = [turns.join(1), turns.join(1), turns.join(1)];
    turns.leave(goes);
    for (let turn = 0; turn < 100; turn++) turns.take(stays);
    assert.ok(other.need(stays.value) > 0.9);
    assert.equal(goes.value, 1);
  });

  it('cost no other stream more of its credit than the turn that was taken', () => {
    const priority = fc.constantFrom(0.001, 0.3, 1, 2, 10, 1000);
    const streams = fc.array(fc.record({ priority, joinsAt: fc.nat(40) }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(streams, fc.array(fc.nat(5), { minLength: 60, maxLength: 120 }), (all, takers) => {
        const turns = new Turns();
        const places: Place[] = [];
        for (const [turn, taker] of takers.entries()) {
          for (const one of all) if (one.joinsAt === turn) places.push(turns.join(one.priority));
          if (places.length === 0) continue;
          const before = places.map(({ value }) => value);
          const taken = taker % places.length;
          const advance = foremostOf(turns);
          turns.take(places[taken]);
          const foremost = foremostOf(turns);
          for (const [i, { value, priority: own }] of places.entries()) {
            assert.ok(foremost - value <= 8 / own + 1e-5, `${value} is too far behind ${foremost}`);
            const most = foremost - advance + (i === taken ? 1 / own : 0);
            assert.ok(value - before[i] <= most + 1e-5, `${before[i]} became ${value}, the turn took ${most}`);
          }
        }
      }),
    );
  });

  it('go on where a turn of a high priority is less than rounding', () => {
    const turns = new Turns();
    const slow = turns.join(1e-9);
    for (let turn = 0; turn < 100; turn++) turns.take(slow);
    turns.leave(slow);
    const [waits, ...others] = [3, 1.3, 0.7].map((priority) => turns.join(priority));
    for (let turn = 0; turn < 1000; turn++) turns.take(others[turn % 3 === 0 ? 1 : 0]);
    assert.equal(waits.need(foremostOf(turns)), 1);
  });
});

/** One turn before the place of a new stream. */
function foremostOf(turns: Turns): number {
  const place = turns.join(1);
  turns.leave(place);
  return place.value - 1;
}
