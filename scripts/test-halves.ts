import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Test files that one mocha process runs. */
export type Half = { readonly name: string; readonly files: readonly string[] };

const TEST_FILE = /\.(test|parity|integration|e2e)\.js$/;

/** Files whose tests follow a clock: cameras, streams and the demo, which mostly wait. */
const REAL_TIME = [
  /^streaming\/.*\.(integration|e2e|parity)\.js$/,
  /^helpers\/.*\.integration\.js$/,
  /^fuzz\/chaos\/.*\.integration\.js$/,
  /^cli\/(demo|demo-page|eval-realtime|run-save)\.e2e\.js$/,
];

/** The built tests in two halves of about the same duration: those that follow a clock, and those that compute. */
export function testHalves(folder: string): { readonly realTime: Half; readonly computing: Half } {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => TEST_FILE.test(name))
    .sort();
  const isRealTime = (name: string): boolean => REAL_TIME.some((pattern) => pattern.test(name));
  const pathsOf = (wanted: boolean): string[] =>
    names.filter((name) => isRealTime(name) === wanted).map((name) => join(folder, name));
  return {
    realTime: { name: 'real time', files: pathsOf(true) },
    computing: { name: 'computing', files: pathsOf(false) },
  };
}
