import assert from 'node:assert/strict';
import type { DetectorFamily } from '../../../src/model/family.js';
import { probe } from '../../../src/model/probe/probe.js';

/** A network that answers each picture by its mean byte. */
type Network = (mean: number) => readonly Float32Array[];

const family = {
  name: 'made-up',
  judge: (form: string) =>
    form === 'wrong' ? { refusal: 'boxes are triangles' } : { form: `${form}!`, warning: 'boxes are odd' },
} as unknown as DetectorFamily;

async function probed(network: Network, { form = 'right', runMs = 1, of = family } = {}) {
  const means: number[] = [];
  const image = new Uint8Array(300);
  const result = await probe(
    {
      image,
      run: () => {
        const mean = image.reduce((sum, value) => sum + value, 0) / image.length;
        means.push(mean);
        return Promise.resolve({ outputs: network(mean), startMs: 5, endMs: 5 + runMs });
      },
    },
    { model: 'm.onnx', family: of, form, facts: { input: { width: 10, height: 10 }, classCount: 1 } },
  );
  assert.ok(
    image.every((value) => value === 0),
    'no test picture stays in the memory',
  );
  return { ...result, means };
}

describe('the probe of a network', () => {
  const sound: Network = (mean) => [Float32Array.of(mean, 1)];

  it('runs black and then noise, and passes on the judgement of the family', async () => {
    const { form, warnings, firstRunMs, means } = await probed(sound);
    assert.deepEqual([form, warnings, firstRunMs], ['right!', ['m.onnx: its boxes are odd'], 1]);
    assert.equal(means[0], 0);
    assert.ok(means[1] > 100 && means[1] < 156, `noise has a mean of ${means[1]}`);
  });

  it('leaves the form to a family that does not judge', async () => {
    const { form, warnings } = await probed(sound, { of: { name: 'plain' } as DetectorFamily });
    assert.deepEqual([form, warnings], ['right', []]);
  });

  it('refuses a network that its family refuses, with the reason and the way around', () =>
    assert.rejects(probed(sound, { form: 'wrong' }), {
      name: 'ModelError',
      code: 'NOWCAST_MODEL_OUTPUT',
      message:
        'm.onnx looks like a network of the family made-up (wrong), but on a test picture its boxes are triangles; --trust-model runs it as it is',
    }));

  it('refuses a network without a number in one of its outputs, on every picture', () =>
    assert.rejects(
      probed(() => [Float32Array.of(1, 2), Float32Array.of(NaN, Infinity)]),
      {
        code: 'NOWCAST_MODEL_OUTPUT',
        message: /^m\.onnx gives NaN or infinity instead of numbers, on each of 2 test pictures\. .*float32/,
      },
    ));

  it('accepts NaN on black alone, as networks give that normalise each picture', async () => {
    const { form, warnings } = await probed((mean) => [Float32Array.of(mean === 0 ? NaN : mean)]);
    assert.equal(form, 'right!');
    assert.match(warnings[0], /^m\.onnx: 1 of the 1 numbers that it gives for a test picture are NaN or infinite/);
  });

  it('counts single ones, and takes negative infinity for a masked logit', async () => {
    const { warnings } = await probed((mean) => [Float32Array.of(mean, NaN, Infinity, -Infinity, 0)]);
    assert.match(warnings[0], /^m\.onnx: 2 of the 5 numbers/);
  });

  it('says that a network does not see its pictures', async () => {
    const { warnings } = await probed(() => [Float32Array.of(1, NaN)]);
    assert.match(warnings[1], /^m\.onnx gives the same output for a black picture and for noise/);
  });

  it('runs a slow network once', async () => assert.equal((await probed(sound, { runMs: 2001 })).means.length, 1));

  it('runs a slow network twice if it gave no number', async () => {
    const { means } = await probed((mean) => [Float32Array.of(mean === 0 ? NaN : mean)], { runMs: 2001 });
    assert.equal(means.length, 2);
  });
});
