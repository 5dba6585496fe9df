import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  readCheckpoint,
  readTensors,
  writeCheckpoint,
  type Checkpoint,
} from '../../../training/checkpoint/checkpoint.js';
import { safetensorsPieces } from '../../../training/checkpoint/safetensors.js';
import { parameterLayout } from '../../../training/network/parameters.js';
import { createNetwork } from '../../../training/network/variants.js';
import { initialWeights } from '../../../training/network/weights.js';
import { mountTinyDisk } from '../../helpers/tiny-disk.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const NETWORK = createNetwork('yolox-nano', 2);

function checkpoint(step: number): Checkpoint {
  return {
    facts: {
      variant: 'yolox-nano',
      classNames: ['a', 'b'],
      input: { width: 416, height: 320 },
      step,
      bestAp: null,
      config: { seed: 3 },
    },
    weights: initialWeights(NETWORK, step),
    average: initialWeights(NETWORK, step + 1),
    velocity: new Float32Array(parameterLayout(NETWORK).size).fill(step),
  };
}

describe('checkpoints', () => {
  const folder = temporaryFolder();
  const path = (): string => join(folder(), 'run', 'last.safetensors');

  it('come back to the last bit', () => {
    writeCheckpoint(path(), checkpoint(7));
    assert.deepEqual(readCheckpoint(path()), checkpoint(7));
    assert.deepEqual(readdirSync(join(folder(), 'run')), ['last.safetensors']);
  });

  it("hold the averaged weights under the reference's names", () => {
    writeCheckpoint(path(), checkpoint(1));
    const { tensors } = readTensors(path());
    assert.deepEqual(tensors.get('backbone.backbone.stem.conv.conv.weight')?.shape, [16, 12, 3, 3]);
  });

  it('keep the previous one if the new one cannot be written', () => {
    writeCheckpoint(path(), checkpoint(1));
    mkdirSync(`${path()}.tmp/mine`, { recursive: true });
    assert.throws(() => writeCheckpoint(path(), checkpoint(2)), {
      name: 'OutputError',
      message: /cannot write .*last\.safetensors: EISDIR/,
    });
    assert.equal(readCheckpoint(path()).facts.step, 1);
    assert.deepEqual(readdirSync(`${path()}.tmp`), ['mine']);
  });

  it('keep the previous one if the disk is full', function () {
    const disk = join(folder(), 'tiny');
    const unmount = mountTinyDisk(disk, 64);
    if (unmount === undefined) this.skip();
    try {
      const full = join(disk, 'last.safetensors');
      writeFileSync(full, 'previous');
      assert.throws(() => writeCheckpoint(full, checkpoint(2)), {
        code: 'NOWCAST_OUTPUT',
        message: /cannot write .*last\.safetensors: ENOSPC/,
      });
      assert.equal(readFileSync(full, 'utf8'), 'previous');
      assert.deepEqual(readdirSync(disk), ['last.safetensors']);
    } finally {
      unmount();
    }
  });

  it('refuse other files with a description', () => {
    assert.throws(() => readCheckpoint(join(folder(), 'absent')), { name: 'UsageError', message: /absent/ });
    const foreign = join(folder(), 'foreign.safetensors');
    writeFileSync(foreign, Buffer.concat(safetensorsPieces(new Map())));
    assert.throws(() => readCheckpoint(foreign), { name: 'DataError', message: /--weights/ });
  });
});
