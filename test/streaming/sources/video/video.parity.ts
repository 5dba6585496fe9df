import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateFfmpeg } from '../../../../src/streaming/ffmpeg/binary.js';
import { readPicture } from '../../../../src/streaming/pictures/read-picture.js';
import { videoSource } from '../../../../src/streaming/sources/video/video.js';
import { monotonicClock } from '../../../helpers/monotonic.js';
import { itNeeds } from '../../../helpers/needs.js';
import { parityCases, realFile } from '../../../helpers/shared.js';
import { readSafetensors } from '../../../helpers/safetensors.js';
import { NEEDS_FFMPEG } from '../../../helpers/clips.js';
import { meanDifference } from '../../../helpers/differences.js';

const INPUT = { width: 416, height: 416 };
const PLANE = INPUT.width * INPUT.height;

/** Mean absolute difference of a planar BGR picture and a reference of interleaved BGR. */
function pictureDifference(planar: Uint8Array, interleaved: ArrayLike<number | bigint>): number {
  const wanted = Float64Array.from(interleaved, Number);
  return meanDifference(
    planar,
    wanted.map((_, i) => wanted[3 * (i % PLANE) + Math.floor(i / PLANE)]),
  );
}

describe('pictures as the reference prepares them', function () {
  this.timeout(120_000);
  const clip = realFile('one-by-one-person-detection.mp4');
  const dog = realFile('dog.jpg');
  const cases = parityCases('real-yolox-nano');
  if (cases.length === 0) itNeeds({ 'parity data real-yolox-nano': false }, "are the reference's", () => undefined);

  for (const { name, path } of cases) {
    const inputs = new Map(
      [...readSafetensors(join(path, 'tensors.safetensors'))].filter(([key]) => key.startsWith('input.')),
    );

    itNeeds(
      { ...NEEDS_FFMPEG, 'one-by-one-person-detection.mp4': clip !== undefined },
      `${name}: frames of the video are, within what resizers differ by`,
      async () => {
        const wanted = new Map(
          [...inputs].flatMap(([key, tensor]) => {
            const seq = /person(\d+)/.exec(key)?.[1];
            return seq === undefined ? [] : [[Number(seq), tensor.data] as const];
          }),
        );
        const ffmpeg = await locateFfmpeg(process.env, tmpdir());
        const differences = new Map<number, number>();
        await videoSource(clip!, {
          streamId: 'person',
          input: INPUT,
          pace: 'max',
          ffmpeg,
          clock: monotonicClock,
          maxFrames: Math.max(...wanted.keys()) + 1,
        }).forEach((event) => {
          if (event.type !== 'frame') return;
          const reference = wanted.get(event.seq);
          if (reference !== undefined) differences.set(event.seq, pictureDifference(event.picture.image, reference));
          event.release();
        });
        assert.equal(differences.size, wanted.size);
        for (const [seq, difference] of differences)
          assert.ok(difference < 1.5, `frame ${seq} differs by ${difference}`);
      },
    );

    itNeeds(
      { 'dog.jpg': dog !== undefined },
      `${name}: a picture file is, within what resizers differ by`,
      async () => {
        const target = new Uint8Array(3 * PLANE);
        await readPicture(dog!, INPUT, target);
        const reference = [...inputs].find(([key]) => key.includes('dog'))![1];
        const difference = pictureDifference(target, reference.data);
        assert.ok(difference < 2.5, `it differs by ${difference}`);
      },
    );
  }
});
