import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SYNTH_CLASSES } from '../../synth/classes.js';
import { nowcast } from '../helpers/command.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** Every thirtieth frame of the eight drives of the model card. */
const DRIVES = ['--seed', '100064', '--sequences', '8', '--frames', '5', '--every', '30'];

describe('The bundled model', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  it('is the file of its model card', async () => {
    const sha256 = createHash('sha256').update(readFileSync('models/nowcast-nano.onnx')).digest('hex');
    assert.ok(readFileSync('models/nowcast-nano.md', 'utf8').includes(sha256), sha256);
    const { stdout } = await nowcast(['models', 'info', 'nowcast-nano']);
    assert.match(stdout, new RegExp(`^classes +8 \\(${SYNTH_CLASSES.join(', ')}\\)$`, 'm'));
    assert.match((await nowcast(['models', 'list'])).stdout, /^nowcast-nano +416x416 +argoverse-hd +0\.89 +bundled$/m);
  });

  it('detects the objects of drives outside its training data', async () => {
    const world = join(folder(), 'world');
    assert.equal((await nowcast(['synth', '--out', world, ...DRIVES])).code, 0);
    const { stdout, stderr } = await nowcast(
      [
        'eval',
        'offline',
        '--annotations',
        join(world, 'annotations.json'),
        '--data-root',
        world,
        '--model',
        'nowcast-nano',
        '--provider',
        'cpu',
        '--json',
      ],
      { env: { NOWCAST_CACHE: join(folder(), 'cache') } },
    );
    const { stats } = JSON.parse(stdout) as { stats: { AP: number; AP50: number } };
    assert.ok(stats.AP50 > 0.77 && stats.AP > 0.55, `AP50 ${stats.AP50}, AP ${stats.AP}\n${stderr}`);
  });
});
