import assert from 'node:assert/strict';
import type { LogFacts, ProgressBarOptions } from '../../src/app/context.js';
import { PlainProgress } from '../../src/cli/plain-progress.js';

/** Times and lines of a work of one item a second. */
function linesOf(options: ProgressBarOptions, seconds: number) {
  let nowMs = 0;
  const lines: { readonly atS: number; readonly message: string; readonly facts: LogFacts | undefined }[] = [];
  const log = {
    info: (message: string, facts?: LogFacts) => void lines.push({ atS: nowMs / 1000, message, facts }),
  };
  const bar = new PlainProgress(log, { now: () => nowMs }).bar(options);
  for (let done = 1; done <= seconds; done++) {
    nowMs += 1000;
    bar.set(done);
  }
  bar.done();
  return lines;
}

describe('progress without a terminal', () => {
  it('is a line of the log every ten seconds, with the rate and the time that is left', () => {
    assert.deepEqual(linesOf({ label: 'synth', total: 60, unit: 'frames' }, 25), [
      { atS: 10, message: 'synth: 10 of 60 frames', facts: { perSecond: 1, secondsLeft: 50 } },
      { atS: 20, message: 'synth: 20 of 60 frames', facts: { perSecond: 1, secondsLeft: 40 } },
    ]);
  });

  it('says nothing of short work', () => {
    assert.deepEqual(linesOf({ label: 'synth', total: 9, unit: 'frames' }, 9), []);
  });

  it('becomes rarer with the time that the work takes, down to a line in ten minutes', () => {
    const gaps = linesOf({ label: 'detecting', total: undefined, unit: 'frames' }, 36_000)
      .map(({ atS }) => atS)
      .map((atS, i, all) => atS - (all[i - 1] ?? 0));
    assert.deepEqual([gaps[0], gaps.at(-1)], [10, 600]);
    assert.ok(gaps.every((gap, i) => i === 0 || gap >= gaps[i - 1]));
    assert.ok(gaps.length < 120, `${gaps.length} lines in ten hours`);
  });

  it('takes what else the work says, and its own estimate', () => {
    const facts = { percepts: 8, drops: 2 };
    const [line] = linesOf(
      {
        label: 'detecting',
        total: 60,
        unit: 'frames',
        details: () => ({ text: '', facts }),
        leftMs: () => 7000,
      },
      10,
    );
    assert.deepEqual(line.facts, { ...facts, secondsLeft: 7 });
  });
});
