import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { configProblems } from '../../src/app/serve/api/config-problems.js';
import { addGlobalOptions } from '../../src/cli/command-io.js';
import { register } from '../../src/cli/serve.js';
import { UsageError } from '../../src/core/errors.js';
import { temporaryFolder } from '../helpers/temporary.js';

const AREA = 'points: [[0, 0], [1, 0], [1, 1]]';
/** A camera that stands from line 1 to 3, with more of it from line 4 on. */
const camera = (...more: readonly string[]): string =>
  ['cameras:', '  yard:', '    source: "rtsp://127.0.0.1:9/x"', ...more.map((line) => `    ${line}`)].join('\n');
/** The camera, with other sections from line 4 on. */
const beside = (...more: readonly string[]): string => [camera(), ...more].join('\n');
const withObjects = (...more: readonly string[]): string => [camera('objects: {}'), ...more].join('\n');

/** Beyond the form of single values: each with the line and the key that its error names. */
const MISTAKES: Readonly<Record<string, readonly [text: string, line: number, key: string]>> = {
  'a variable that is not set': [camera('detect:', '  model: $' + '{NOWCAST_NO_SUCH}'), 5, 'cameras.yard.detect.model'],
  'no camera': ['pace: source\ncameras: {}', 2, 'cameras'],
  'a source that is not there': [camera().replace(/"rtsp.*"/, 'nope.mp4'), 3, 'cameras.yard.source'],
  'a second stream of a source that has none': [
    camera().replace(/source: .*/, 'source: {detect: "demo:1", record: "rtsp://127.0.0.1:9/x"}'),
    3,
    'cameras.yard.source.record',
  ],
  'a key of another kind of source': [
    camera().replace(/"rtsp.*"/, 'demo:1\n    transport: tcp'),
    4,
    'cameras.yard.transport',
  ],
  'one pipe for two cameras': ['cameras:\n  a: {source: "-"}\n  b: {source: "-"}', 3, 'cameras.b.source'],
  'a model that is not there': [beside('model:', '  path: nope.onnx'), 5, 'model.path'],
  "a camera's model that is not there": [camera('detect:', '  model: nope.onnx'), 5, 'cameras.yard.detect.model'],
  'labels that are not there': [
    beside('model:', '  labels: nope.txt', 'detect:', '  classes: [car]'),
    5,
    'model.labels',
  ],
  'labels that are not there, without classes': [beside('model:', '  labels: nope.txt'), 5, 'model.labels'],
  'a model that is none': [beside('model:', '  path: cameras.yaml'), 5, 'model.path'],
  'a preprocessing that the model has not': [beside('model: {preprocess: nope}'), 4, 'model.preprocess'],
  'an unknown class': [beside('detect:', '  classes: [carr]'), 5, 'detect.classes'],
  'an unknown class of a camera': [camera('detect: {classes: [carr]}'), 4, 'cameras.yard.detect.classes'],
  'an unknown class of a zone': [
    camera('zones:', `  a: {${AREA}, classes: [carr]}`),
    5,
    'cameras.yard.zones.a.classes',
  ],
  'a zone that crosses itself': [
    camera('zones:', '  a:', '    points: [[0, 0], [1, 1], [1, 0], [0, 1]]'),
    6,
    'cameras.yard.zones.a.points',
  ],
  'a line with one point': [camera('lines:', '  a: {points: [[0, 0]]}'), 5, 'cameras.yard.lines.a.points'],
  'objects that no box can be': [
    camera('objects: {max_area: 0.1,', '  min_area: 0.9}'),
    5,
    'cameras.yard.objects.min_area',
  ],
  'tracking that zones need': [
    camera(`zones: {a: {${AREA}}}`, 'detect:', '  track: false'),
    6,
    'cameras.yard.detect.track',
  ],
  'a schedule that a camera cannot follow': [beside('detect:', '  schedule: every'), 5, 'detect.schedule'],
  "a camera's schedule that it cannot follow": [camera('detect: {schedule: every}'), 4, 'cameras.yard.detect.schedule'],
  'a pace that a camera cannot follow': [beside('pace: max'), 4, 'pace'],
  'a camera of clips that is not there': [
    withObjects('clips:', '  folder: c', '  cameras: [gate]'),
    7,
    'clips.cameras',
  ],
  'clips without objects': [beside('clips: {folder: c}'), 4, 'clips'],
  'a folder for two sections': [withObjects('clips: {folder: c}', 'record:', '  folder: c'), 7, 'record.folder'],
  'a token of two users': [
    beside('http:', '  users:', '    ann: {token: same}', '    bob: {token: same}'),
    7,
    'http.users.bob.token',
  ],
  'an address that is open to everyone': [beside('http:', '  listen: 0.0.0.0:8765'), 5, 'http.listen'],
  'a certificate that is not there': [beside('http:', '  tls: {cert: nope.pem, key: nope.key}'), 5, 'http.tls'],
  'a file of tokens that is not there': [beside('feed:', '  token_file: nope.txt'), 5, 'feed.token_file'],
  'a file of tokens that is not there, beside users': [
    beside('http: {listen: "127.0.0.1:1", users: {ann: {token: own}}}', 'feed:', '  token_file: nope.txt'),
    6,
    'feed.token_file',
  ],
  'a certificate for MQTT that is not there': [beside('mqtt:', '  host: h', '  tls_ca: nope.pem'), 6, 'mqtt.tls_ca'],
  'a certificate for MQTT without its key': [beside('mqtt:', '  host: h', '  tls_cert: c.pem'), 6, 'mqtt.tls_cert'],
  'a webhook without objects': [beside('webhook: {url: "http://h/"}'), 4, 'webhook'],
  'a camera of a webhook that is not there': [
    withObjects('webhook:', '  url: http://h/', '  cameras: [gate]'),
    7,
    'webhook.cameras',
  ],
  'one file for two outputs': [
    withObjects('output:', '  events: one.jsonl', '  record: one.jsonl'),
    6,
    'output.events',
  ],
};

describe('the place of a mistake in the configuration of a service', () => {
  const folder = temporaryFolder();
  const validate = async (text: string): Promise<void> => {
    const config = join(folder(), 'cameras.yaml');
    writeFileSync(config, text);
    const program = addGlobalOptions(new Command('nowcast')).exitOverride();
    register(program, { env: {}, signal: new AbortController().signal, secrets: new Set(), print: () => undefined });
    await program.parseAsync(['serve', '-c', config, '--validate', '--quiet'], { from: 'user' });
  };

  for (const [mistake, [text, line, key]] of Object.entries(MISTAKES))
    it(`is its line and its key: ${mistake}`, async () => {
      const error: unknown = await validate(text).catch((reason: unknown) => reason);
      assert.ok(error instanceof UsageError, String(error));
      const [{ message, ...place }, ...others] = configProblems(error.message);
      assert.deepEqual([place, others], [{ file: join(folder(), 'cameras.yaml'), line, key }, []], message);
    });
});
