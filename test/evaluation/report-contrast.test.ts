import assert from 'node:assert/strict';
import { STYLE } from '../../evaluation/report/style.js';
import { contrast, schemeColours } from '../helpers/contrast.js';

describe('the colours of a report', () => {
  for (const scheme of ['light', 'dark'] as const) {
    const colours = schemeColours(STYLE, scheme);

    it(`give text a contrast of 4.5 and drawings one of 3, ${scheme}`, () => {
      for (const [names, least] of [
        [['ink', 'soft'], 4.5],
        [['first', 'second', 'third', 'loss', 'gain', 'drop'], 3],
      ] as const)
        for (const name of names)
          for (const ground of ['page', 'card'])
            assert.ok(contrast(colours.get(name)!, colours.get(ground)!) >= least, `${name} on ${ground}`);
    });
  }
});
