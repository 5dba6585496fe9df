import assert from 'node:assert/strict';
import { annotate } from '../../synth/annotate.js';
import { render, scenesOf, sha256 } from './drives.js';

const annotationsOf = (seed: number): string => JSON.stringify(scenesOf({ seed }, 20).map(annotate));
const pixelsOf = (seed: number, weather: 'rain' | 'clear'): string =>
  sha256(render(scenesOf({ seed, conditions: { weather } }, 6)[5]).data());

describe('A synthetic drive follows from its seed', () => {
  it('gives the same frames the same annotations each time', () => {
    assert.equal(annotationsOf(7), annotationsOf(7));
  });

  it('gives the annotations that other machines and releases of Node gave', () => {
    assert.equal(sha256(annotationsOf(7)), 'ef039cc9b6293ba6de2d2d0fddf38296abea26f97fd68a5c4f405cb1272524cb');
  });

  it('draws the same pixels each time, rain and noise included', () => {
    assert.equal(pixelsOf(7, 'rain'), pixelsOf(7, 'rain'));
  });

  it('is another drive under another seed', () => {
    assert.notEqual(annotationsOf(7), annotationsOf(8));
    assert.notEqual(pixelsOf(7, 'clear'), pixelsOf(8, 'clear'));
  });

  it('shows the same world at every size', () => {
    const [small] = scenesOf({ seed: 3, width: 480, height: 300 }, 1);
    const [large] = scenesOf({ seed: 3, width: 960, height: 600 }, 1);
    const boxes = new Map(annotate(large).map(({ trackId, box }) => [trackId, box]));
    const shared = annotate(small).filter(({ trackId }) => boxes.has(trackId));
    assert.ok(shared.length > 5, `${shared.length} objects in both`);
    for (const { trackId, box, visibleShare } of shared) {
      if (visibleShare < 1) continue;
      assert.ok(Math.abs(2 * box.x1 - boxes.get(trackId)!.x1) < 3, `object ${trackId}`);
    }
  });

  it('refuses impossible options and names them', () => {
    assert.throws(() => scenesOf({ seed: -1 }, 1), { code: 'NOWCAST_USAGE', message: /seed is -1/ });
    assert.throws(() => scenesOf({ seed: 1, width: 10 }, 1), { code: 'NOWCAST_USAGE', message: /width is 10/ });
    assert.throws(() => scenesOf({ seed: 1, fps: 0 }, 1), { code: 'NOWCAST_USAGE', message: /fps is 0/ });
  });
});
