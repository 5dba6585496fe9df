import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { ProfileFile } from '../../evaluation/profile.js';
import { parseRuntimeProfile, quantileMs } from '../../src/scheduling/runtime-profile.js';
import { nowcast } from '../helpers/command.js';
import type { About } from '../../src/app/evaluate/about.js';
import { itNeeds } from '../helpers/needs.js';
import { readJson, realFile } from '../helpers/shared.js';
import { temporaryFolder } from '../helpers/temporary.js';

const MODEL = realFile('yolox_nano.onnx');
const DOG = realFile('dog.jpg');
const NEEDS = { 'yolox_nano.onnx': MODEL !== undefined, 'dog.jpg': DOG !== undefined };

describe('nowcast profile', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder(), name);
  const profile = (...args: string[]) =>
    nowcast(['profile', '--model', MODEL ?? '', '--provider', 'cpu', '--runs', '5', '--warmup', '2', ...args], {
      env: { NOWCAST_CACHE: at('cache') },
      cwd: folder(),
    });

  itNeeds(NEEDS, 'writes a runtime profile that --runtime reads, and prints it', async () => {
    const { code, stdout, stderr } = await profile(
      '--threads',
      '1',
      '--source',
      DOG ?? '',
      '--out',
      at('runtime.json'),
      '--json',
    );
    assert.equal(code, 0, stderr);
    const file = readJson<ProfileFile>(at('runtime.json'));
    assert.deepEqual(JSON.parse(stdout), file);
    const { about } = JSON.parse(stdout) as { about: About };
    assert.equal(about.command, 'profile');
    assert.equal(about.settings['runs'], file.samples.length);
    assert.deepEqual(
      [file.type, file.unit, file.samples.length, file.inference.samples.length],
      ['empirical', 'ms', 5, 5],
    );
    assert.deepEqual(
      [file.model, file.input, file.provider, file.threads],
      ['yolox_nano.onnx', { width: 416, height: 416 }, 'cpu', 1],
    );
    assert.ok(file.samples.every((ms, i) => ms > file.inference.samples[i] && file.inference.samples[i] > 0));
    assert.equal(quantileMs(parseRuntimeProfile(file), 0.5), file.percentiles.p50);
    assert.ok(Math.abs(Date.parse(file.measuredAt) - Date.now()) < 3_600_000);
  });

  itNeeds(NEEDS, 'prints a table for people', async () => {
    const { code, stdout, stderr } = await profile();
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^yolox_nano\.onnx at 416x416 on cpu, \d+ threads?: 5 runs, [\d.]+ a second\n\nmilliseconds +mean +min +p50 +p90 +p95 +p99 +max\nhand-over to result( +\d+\.\d\d){7}\ninference alone( +\d+\.\d\d){7}\n$/,
    );
  });

  itNeeds(NEEDS, 'reports inputs that do not fit', async () => {
    const cases: [string[], number, RegExp][] = [
      [['--runs', '0'], 2, /--runs is "0"; it must be a whole number of 1 or more/],
      [['--warmup', '-1'], 2, /--warmup is "-1"/],
      [['--source', at('nothing.jpg')], 1, /the picture .*nothing\.jpg cannot be read/],
      [['--out', at('no/such/folder.json')], 1, /cannot write .*folder\.json/],
    ];
    for (const [args, code, message] of cases) {
      const result = await profile(...args);
      assert.match(result.stderr, message);
      assert.equal(result.code, code, result.stderr);
    }
  });
});
