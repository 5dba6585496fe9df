import { readFileSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { packageFile } from '../paths.js';
import type { FiledAddress } from './camera-secret.js';

export type ConfigCamera = {
  readonly name: string;
  readonly address: FiledAddress;
  /** What it showed when it was tried. */
  readonly comment?: string;
};

export type ConfigFacts = {
  readonly cameras: readonly ConfigCamera[];
  readonly model: string;
  /** Undefined serves no feed. */
  readonly feedPort: number | undefined;
  /** Folder of the file. */
  readonly folder: string;
};

/** A commented configuration of a run. */
export function configText({ cameras, model, feedPort, folder }: ConfigFacts): string {
  const variables = cameras.flatMap(({ address: { variable } }) => variable ?? []);
  return [
    schemaLine('configs/nowcast.schema.json', folder),
    '#',
    '# Check it with `nowcast run -c FILE --validate`, and run it with `nowcast run -c FILE`.',
    '# docs/configuration.md lists all keys. Relative paths start at the folder of this file.',
    ...(variables.length === 0 ? [] : ['#', '# It needs from the environment:']),
    ...variables.map(({ name, holds }) => `#   ${name}: ${holds}`),
    '',
    'cameras:',
    ...cameras.flatMap(({ name, address, comment }) => [
      ...(comment === undefined ? [] : [`  # ${comment.replaceAll(/\s+/g, ' ')}`]),
      `  ${name}:`,
      `    source: ${JSON.stringify(address.text)}`,
      '    # detect: {classes: [person], conf: 0.5}   # of this camera alone, over the detect below',
    ]),
    '',
    'model:',
    `  path: ${JSON.stringify(model)}   # a file, or a name of \`nowcast models list\``,
    '',
    'detect:',
    '  conf: 0.25                # lowest score of a detection',
    '  schedule: idle-free       # the newest frame whenever the detector is free',
    '  budget: 100ms             # the oldest a frame may be when its result comes out',
    '  forecast: none            # kalman or nowcast: move boxes to the moment they are sent',
    '',
    ...(feedPort === undefined
      ? ['# feed:                    # results on a WebSocket, see docs/feed-protocol.md', '#   port: 8765']
      : ['feed:                      # results on a WebSocket, see docs/feed-protocol.md', `  port: ${feedPort}`]),
    '',
    '# output:',
    '#   record: run.jsonl',
    '',
  ].join('\n');
}

/**
 * The line by which editors find a schema of this package. The path is relative if the package is installed below the
 * folder, so that the file can be shared; else it is absolute, and works on this machine.
 */
export function schemaLine(schema: string, folder: string): string {
  const absolute = packageFile(schema);
  const path = relative(folder, absolute);
  const isBelow = !path.startsWith('..') && !isAbsolute(path);
  return `# yaml-language-server: $schema=${isBelow ? `./${path.replaceAll('\\', '/')}` : absolute}`;
}

/** An example file of the package, with a schema line that works in `folder`. */
export function exampleText(example: string, schema: string, folder: string): string {
  return readFileSync(packageFile(example), 'utf8')
    .replace(/^# yaml-language-server:.*$/m, () => schemaLine(schema, folder))
    .trimEnd();
}
