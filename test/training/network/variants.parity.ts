import assert from 'node:assert/strict';
import { parameterLayout } from '../../../training/network/parameters.js';
import { createNetwork, parseVariant, testSize } from '../../../training/network/variants.js';
import { parityCases, readJson } from '../../helpers/shared.js';

type Expected = Readonly<
  Record<
    string,
    {
      readonly params: number;
      readonly test_size: readonly [number, number];
      /** Running statistics included. */
      readonly parameters: Readonly<Record<string, readonly number[]>>;
    }
  >
>;

describe('networks like the reference', () => {
  const cases = parityCases('yolox-variants');
  if (cases.length === 0) it('yolox-variants (pending: no parity data)');
  for (const { name, path } of cases) {
    for (const [reference, { params, test_size, parameters }] of Object.entries(readJson<Expected>(path))) {
      it(`${name} ${reference}`, () => {
        const variant = parseVariant(reference === 'yolov3' ? 'yolox-darknet53' : reference);
        const layout = parameterLayout(createNetwork(variant, 80));
        const ours = new Map(layout.parameters.map((parameter) => [parameter.name, parameter.shape]));
        for (const norm of layout.norms) {
          for (const statistic of ['running_mean', 'running_var'])
            ours.set(`${norm.name}.${statistic}`, [norm.channels]);
        }
        assert.deepEqual(new Map([...ours].sort()), new Map(Object.entries(parameters).sort()));
        assert.equal(layout.size, params);
        assert.deepEqual(testSize(variant), { height: test_size[0], width: test_size[1] });
      });
    }
  }
});
