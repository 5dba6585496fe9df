import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Test files that one mocha process runs. */
export type Share = { readonly name: string; readonly files: readonly string[] };

const TEST_FILE = /\.(test|parity|integration|e2e)\.js$/;
const UNIT = /\.test\.js$/;

/** Files whose tests follow a clock: cameras, streams and the demo, which mostly wait. */
const REAL_TIME = [
  /^streaming\/.*\.(integration|e2e|parity)\.js$/,
  /^helpers\/.*\.integration\.js$/,
  /^fuzz\/(chaos|soak)\/.*\.integration\.js$/,
  /^cli\/(demo|demo-page|eval-realtime|run-save)\.e2e\.js$/,
];

/** Parts of streaming that read files, or show a page that stands still. */
const NOT_LIVE =
  /^streaming\/(clips|ffmpeg|live-page|originals\/(?!camera-)|sinks\/(annotated-video|mqtt\/discovery)|sources\/(?!camera\/))/;

/** Folders whose files take longest. */
const LONG = /^(training|streaming|cli)\//;

/** A process of unit tests starts for more of them, because each takes milliseconds. */
const FILES_PER_SHARE = 4;
const UNITS_PER_SHARE = 130;

/**
 * The built tests: those that follow a clock in one share, because two cameras at once would delay each other, and all
 * others in small shares, the longest first, so that whoever takes one after the other ends with short ones.
 */
export function testShares(folder: string): { readonly realTime: Share; readonly others: readonly Share[] } {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => TEST_FILE.test(name))
    .sort();
  const isRealTime = (name: string): boolean => !NOT_LIVE.test(name) && REAL_TIME.some((pattern) => pattern.test(name));
  const others = names.filter((name) => !isRealTime(name));
  const units = others.filter((name) => UNIT.test(name));
  const slow = others.filter((name) => !UNIT.test(name));
  const [long, short] = [slow.filter((name) => LONG.test(name)), slow.filter((name) => !LONG.test(name))];
  const share = (name: string, files: readonly string[]): Share => ({
    name,
    files: files.map((file) => join(folder, file)),
  });
  const shares = (files: readonly string[], perShare: number): Share[] =>
    Array.from({ length: Math.ceil(files.length / perShare) }, (_, i) => {
      const part = files.slice(i * perShare, (i + 1) * perShare);
      return share(`${part[0]} to ${part.at(-1)!}`, part);
    });
  return {
    realTime: share('real time', names.filter(isRealTime)),
    others: [
      ...shares(long.toReversed(), FILES_PER_SHARE),
      ...shares(short, FILES_PER_SHARE),
      ...shares(units, UNITS_PER_SHARE),
    ],
  };
}
