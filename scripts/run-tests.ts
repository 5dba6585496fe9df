import { setPriority } from 'node:os';
import { runMocha } from './mocha-process.js';
import { testShares } from './test-shares.js';

const LATER_NICENESS = 10;

/** `npm test`: all tests, in three processes side by side. Arguments go to each of them. */
const args = process.argv.slice(2);
const print = (text: string): void => void process.stdout.write(text);
const { realTime, commands, computing } = testShares('dist/test');

const first = runMocha(realTime, args, print);
// A child process inherits the priority of its parent: tests that follow a clock have precedence over the others.
setPriority(LATER_NICENESS);
const outcomes = await Promise.all([first, runMocha(commands, args, print), runMocha(computing, args, print)]);

const sum = (key: keyof (typeof outcomes)[number]): number =>
  outcomes.reduce((total, outcome) => total + outcome[key], 0);
const failed = sum('failed');
print(`${sum('pending')} pending\n${sum('passed')} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
