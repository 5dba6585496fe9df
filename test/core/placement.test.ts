import assert from 'node:assert/strict';
import { describePlacement } from '../../src/core/placement.js';

describe('describePlacement', () => {
  it('says in a sentence where the nodes run', () => {
    assert.equal(describePlacement({ nodes: 163, onCpu: [] }), 'all 163 nodes run on it');
    assert.equal(
      describePlacement({ nodes: 164, onCpu: ['SpaceToDepth'] }),
      '1 of 164 nodes runs on the CPU (SpaceToDepth)',
    );
    assert.equal(
      describePlacement({ nodes: 9, onCpu: ['Resize', 'Cast', 'Resize'] }),
      '3 of 9 nodes run on the CPU (Cast, Resize)',
    );
  });
});
