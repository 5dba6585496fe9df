import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readCheckpoint } from '../../../training/checkpoint/checkpoint.js';
import { fit } from '../../../training/data/augment.js';
import { PictureMemory } from '../../../training/data/picture-memory.js';
import { createPictureStore } from '../../../training/data/picture-store.js';
import { forwardGraph } from '../../../training/engines/onnxruntime/forward-graph.js';
import { openGraph } from '../../../training/engines/onnxruntime/graph-session.js';
import { packPictures } from '../../../training/engines/onnxruntime/pack-pictures.js';
import { exportOnnx } from '../../../training/export/export-onnx.js';
import { parameterLayout } from '../../../training/network/parameters.js';
import { createNetwork } from '../../../training/network/variants.js';
import { train } from '../../../training/train.js';
import { temporaryFolder } from '../../helpers/temporary.js';
import { drawDataSet, trainOptions } from '../rectangles.js';
import { relativeDifference } from '../../helpers/differences.js';

/** Larger than in training, so that the norms of the deepest level have many cells. */
const INPUT = { width: 224, height: 224 };
const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

describe('the exported file of a trained network', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  // Untrained networks with norms over a few cells magnify the rounding of float32 by orders of magnitude.
  it('computes what the training graph does', async () => {
    const dataSet = await drawDataSet(folder());
    const { pictures } = dataSet;
    await train(
      trainOptions(dataSet, join(folder(), 'run'), {
        input: '64x64',
        epochs: 100,
        lr: 0.02,
        warmup_epochs: 10,
        closing_epochs: 1,
        mosaic: 0,
      }),
    );
    const {
      facts: { variant },
      weights: { parameters, statistics },
    } = readCheckpoint(join(folder(), 'run', 'last.safetensors'));
    const store = createPictureStore({
      pictures,
      input: INPUT,
      memory: new PictureMemory(PictureMemory.allocate(4, 0)),
      onSkip: (message) => assert.fail(message),
    });
    const pixels = Float32Array.from(
      (await Promise.all(pictures.map(async (_, i) => [...fit(await store.load(i), INPUT).pixels]))).flat(),
    );

    const network = createNetwork(variant, 2);
    const { size, normChannels } = parameterLayout(network);
    const training = await openGraph(forwardGraph(network, 4), 1);
    const { raw, statistics: ofBatch } = await training.run({
      images: packPictures(network, pixels, 4, INPUT),
      parameters: { data: parameters, dims: [size] },
      center: { data: statistics.subarray(0, normChannels), dims: [normChannels] },
    });
    await training.close();
    // Training norms with the batch's own statistics; so does the exported file when they are the running ones.
    const exported = await openGraph(
      exportOnnx(network, { parameters, statistics: ofBatch.data }, { input: INPUT, dynamicBatch: true }),
      1,
    );
    const { output } = await exported.run({ images: { data: pixels, dims: [4, 3, INPUT.height, INPUT.width] } });
    await exported.close();

    const expected = raw.data.map((value, i) => (i % 7 < 4 ? value : sigmoid(value)));
    assert.deepEqual(output.dims, raw.dims);
    const difference = relativeDifference(output.data, expected);
    assert.ok(difference < 1e-4, String(difference));
  });
});
