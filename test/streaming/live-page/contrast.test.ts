import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { contrast, schemeColours } from '../../helpers/contrast.js';

const CSS = readFileSync('src/streaming/live-page/page/common.css', 'utf8');
const GROUNDS = ['page', 'card', 'faint'];

describe('the colours of the live page', () => {
  for (const scheme of ['light', 'dark'] as const) {
    const colours = schemeColours(CSS, scheme);
    const ratio = (one: string, other: string): number => contrast(colours.get(one)!, colours.get(other)!);

    it(`give text a contrast of 4.5 and drawings one of 3, ${scheme}`, () => {
      for (const ground of GROUNDS) {
        for (const text of ['ink', 'soft']) assert.ok(ratio(text, ground) >= 4.5, `${text} on ${ground}`);
        for (const drawing of ['forecast', 'observed', 'truth', 'first', 'loss', 'idle'])
          assert.ok(ratio(drawing, ground) >= 3, `${drawing} on ${ground}: ${ratio(drawing, ground)}`);
      }
      assert.ok(ratio('card', 'first') >= 4.5, 'the chosen radio button');
    });
  }

  it('are black and white at most', () => assert.equal(contrast('#000000', '#ffffff'), 21));
});
