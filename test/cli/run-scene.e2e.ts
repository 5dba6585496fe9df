import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nowcast } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { model, NEEDS, person, within } from './person-run.js';

const ZONES = `
zones:
  left: { points: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]] }
  floor: { points: [[0, 0.5], [1, 0.5], [1, 1], [0, 1]], classes: [person], dwell: 2s }
lines:
  middle: { points: [[0.5, 1], [0.5, 0]] }
`;

describe('nowcast run --zones', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();

  itNeeds(NEEDS, 'finds in a clip what its recording leads to as well, line by line', async () => {
    writeFileSync(join(folder(), 'zones.yaml'), ZONES);
    const output = ['--zones', 'zones.yaml', '--events', 'live.jsonl', '--record', 'run.jsonl'];
    const flags = ['--model', model, '--provider', 'cpu', '--offline', '--max-frames', '600', '--json'];
    const { code, stdout, stderr } = await nowcast(['run', person, ...flags, ...output], within(folder()));
    assert.equal(code, 0, stderr);
    const [{ scene }] = Object.values(
      (JSON.parse(stdout) as { streams: Record<string, { scene: Record<string, unknown> }> }).streams,
    );
    assert.deepEqual(scene['crossings'], { middle: { in: 0, out: 2 } });
    assert.equal((scene['objects'] as Record<string, number>)['person'], 3);

    const replay = ['scene', 'run.jsonl', '--zones', 'zones.yaml', '--events', 'replayed.jsonl', '--json'];
    const replayed = await nowcast(replay, within(folder()));
    assert.equal(replayed.code, 0, replayed.stderr);
    assert.deepEqual((JSON.parse(replayed.stdout) as { scene: unknown }).scene, scene);
    const [live, again] = ['live.jsonl', 'replayed.jsonl'].map((name) => readFileSync(join(folder(), name), 'utf8'));
    assert.ok(live.split('\n').length > 20, 'has events');
    assert.equal(again, live);
  });

  it('says with --validate what it would follow', async () => {
    writeFileSync(join(folder(), 'zones.yaml'), ZONES.replace('[person]', '[car]'));
    const { code, stdout } = await nowcast(['run', 'demo:', '--zones', 'zones.yaml', '--validate'], within(folder()));
    assert.equal(code, 0);
    assert.match(stdout, /^ +idle-free; .*; tracked\n +objects; zones left, floor; lines middle$/m);
  });

  it('refuses a class that the model does not have before it starts, with code 2', async () => {
    writeFileSync(join(folder(), 'zones.yaml'), ZONES.replace('[person]', '[persn]'));
    const { code, stderr } = await nowcast(['run', 'demo:', '--zones', 'zones.yaml', '--validate'], within(folder()));
    assert.equal(code, 2, stderr);
    assert.match(
      stderr,
      /nowcast: zones\.yaml:\d+: zones\.floor\.classes of demo has "persn", which is not a class of the model/,
    );
  });

  it('sums up the demo, and refuses its recording without tracks', async () => {
    writeFileSync(join(folder(), 'zones.yaml'), 'lines: { across: { points: [[0, 0.6], [1, 0.6]] } }');
    const run = ['run', 'demo:1', '--max-frames', '40', '--offline', '--provider', 'cpu'];
    const shown = await nowcast([...run, '--zones', 'zones.yaml'], within(folder()));
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(
      shown.stdout,
      /^objects: \d+ \w+.*\ncrossed across: \d+ in, \d+ out\nmost at once: \d+ in the picture$/m,
    );
    await nowcast([...run, '--record', 'plain.jsonl'], within(folder()));
    const replayed = await nowcast(['scene', 'plain.jsonl', '--zones', 'zones.yaml'], within(folder()));
    assert.equal(replayed.code, 1);
    assert.match(replayed.stderr, /no tracks, which zones and lines need; record the run with --track/);
  });
});
