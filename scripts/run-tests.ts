import { setPriority } from 'node:os';
import { runMocha, type Outcome } from './mocha-process.js';
import { testShares, type Share } from './test-shares.js';

const PROCESSES = 3;
const LATER_NICENESS = 10;

/** `npm test`: all tests, in three processes side by side. Arguments go to each of them. */
const args = process.argv.slice(2);
const print = (text: string): void => void process.stdout.write(text);
const { realTime, others } = testShares('dist/test');

const waiting = [...others];
/** Runs one share after the other until none is left. */
async function runShares(first = waiting.shift()): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let share: Share | undefined = first; share !== undefined; share = waiting.shift())
    outcomes.push(await runMocha(share, args, print));
  return outcomes;
}

const ofRealTime = runShares(realTime);
// A child process inherits the priority of its parent: tests that follow a clock have precedence over the others.
setPriority(LATER_NICENESS);
const outcomes = (await Promise.all([ofRealTime, ...Array.from({ length: PROCESSES - 1 }, () => runShares())])).flat();

// Once more at the end, where whoever sees only the last lines of a long log finds them.
for (const { failures } of outcomes) print(failures);

const sum = (key: 'passed' | 'failed' | 'pending'): number =>
  outcomes.reduce((total, outcome) => total + outcome[key], 0);
const failed = sum('failed');
print(`${sum('pending')} pending\n${sum('passed')} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
