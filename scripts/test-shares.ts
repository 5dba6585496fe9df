import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Test files that one mocha process runs. */
export type Share = { readonly name: string; readonly files: readonly string[] };

const TEST_FILE = /\.(test|parity|integration|e2e)\.js$/;

/** Files whose tests follow a clock: cameras, streams and the demo, which mostly wait. */
const REAL_TIME = [
  /^streaming\/.*\.(integration|e2e|parity)\.js$/,
  /^helpers\/.*\.integration\.js$/,
  /^fuzz\/(chaos|soak)\/.*\.integration\.js$/,
  /^cli\/(demo|demo-page|eval-realtime|run-save)\.e2e\.js$/,
];

/** Files whose tests start programs: commands, installations, examples. */
const COMMANDS = [/^cli\//, /^docs\//, /^fuzz\//, /^[^/]+$/];

/** The built tests in shares of about the same duration: those that follow a clock, those of commands, all others. */
export function testShares(folder: string): {
  readonly realTime: Share;
  readonly commands: Share;
  readonly computing: Share;
} {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => TEST_FILE.test(name))
    .sort();
  const isOneOf = (name: string, patterns: readonly RegExp[]): boolean =>
    patterns.some((pattern) => pattern.test(name));
  const realTime = names.filter((name) => isOneOf(name, REAL_TIME));
  const others = names.filter((name) => !isOneOf(name, REAL_TIME));
  const share = (name: string, files: readonly string[]): Share => ({
    name,
    files: files.map((file) => join(folder, file)),
  });
  return {
    realTime: share('real time', realTime),
    commands: share(
      'commands',
      others.filter((name) => isOneOf(name, COMMANDS)),
    ),
    computing: share(
      'computing',
      others.filter((name) => !isOneOf(name, COMMANDS)),
    ),
  };
}
