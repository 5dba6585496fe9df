import assert from 'node:assert/strict';
import { parameterLayout } from '../../../training/network/parameters.js';
import { createNetwork } from '../../../training/network/variants.js';

describe('parameterLayout', () => {
  const layout = parameterLayout(createNetwork('yolox-nano', 8));

  it('fills one array without gaps', () => {
    let end = 0;
    for (const { offset, size, shape } of layout.parameters) {
      assert.equal(offset, end);
      assert.equal(
        size,
        shape.reduce((product, n) => product * n, 1),
      );
      end += size;
    }
    assert.equal(end, layout.size);
  });

  it('puts the weights of convolutions, which alone decay, in front', () => {
    for (const { name, offset } of layout.parameters) {
      assert.equal(offset < layout.decayed, name.endsWith('.weight') && !name.endsWith('.bn.weight'), name);
    }
  });

  it('lists scales and shifts in the order of the norms', () => {
    for (const { name, channels, offset } of layout.norms) {
      const scale = layout.parameters.find((parameter) => parameter.name === `${name}.weight`)!;
      const shift = layout.parameters.find((parameter) => parameter.name === `${name}.bias`)!;
      assert.deepEqual([scale.offset, shift.offset], [layout.scaleOffset + offset, layout.shiftOffset + offset]);
      assert.deepEqual([scale.size, shift.size], [channels, channels]);
    }
    assert.equal(layout.shiftOffset - layout.scaleOffset, layout.normChannels);
  });
});
