import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PerceptEvent } from '../../src/core/events.js';
import { PerceptTimeline } from '../../src/recording/percept-timeline.js';
import { perceptOf } from '../streaming/events.js';

const at = (ptsMs: number): PerceptEvent => perceptOf(ptsMs, { ptsMs });

describe('PerceptTimeline', () => {
  it("finds a picture's own percept, else the newest before it and its age", async () => {
    const timeline = new PerceptTimeline([at(100), at(200), at(500)]);
    const found = [];
    for (const ptsMs of [0, 100, 133.3, 200, 499, 600]) {
      const shown = await timeline.at(ptsMs);
      found.push(shown === undefined ? undefined : [shown.percept.ptsMs, Math.round(shown.ageMs * 10) / 10]);
    }
    assert.deepEqual(found, [undefined, [100, 0], [100, 33.3], [200, 0], [500, 0], [500, 100]]);
  });

  it('tolerates times rounded to a millisecond by a container', async () => {
    const timeline = new PerceptTimeline([at(33.367), at(66.733)]);
    for (const [ptsMs, seq] of [
      [33, 33.367],
      [67, 66.733],
    ]) {
      assert.deepEqual(await timeline.at(ptsMs), { percept: at(seq), ageMs: 0 });
    }
  });

  it('separates pictures a microsecond apart if times are exact, as from a camera whose clock stands still', async () => {
    const timeline = new PerceptTimeline([at(40), at(40.002)], 0.0005);
    for (const [ptsMs, own] of [
      [40, 40],
      [40.001, 40],
      [40.002, 40.002],
    ])
      assert.equal((await timeline.at(ptsMs))?.percept.ptsMs, own);
    assert.equal((await timeline.at(40.003))?.ageMs === 0, false, 'none is its own');
  });

  it('gives an out-of-order picture no later percept', async () => {
    const timeline = new PerceptTimeline([at(40), at(80)]);
    assert.equal((await timeline.at(80))?.percept.ptsMs, 80);
    assert.equal(await timeline.at(40), undefined);
  });

  it('sorts percepts that arrive out of order, as from several detectors', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 40 }), async (delays) => {
        const inOrder = delays.map((_, i) => at(i * 50));
        const asEmitted = [...inOrder].sort(
          (a, b) => a.seq + delays[a.seq / 50] * 50 - (b.seq + delays[b.seq / 50] * 50),
        );
        const timeline = new PerceptTimeline(asEmitted);
        for (const percept of inOrder) assert.deepEqual(await timeline.at(percept.ptsMs), { percept, ageMs: 0 });
      }),
    );
  });

  it('reads an endless recording only as far as needed, and closes it', async () => {
    let read = 0;
    let closed = false;
    async function* endless(): AsyncGenerator<PerceptEvent> {
      try {
        for (;;) yield at(100 * read++);
      } finally {
        closed = true;
      }
    }
    const timeline = new PerceptTimeline(endless());
    assert.equal((await timeline.at(1000))?.percept.ptsMs, 1000);
    assert.ok(read < 40);
    await timeline.close();
    assert.ok(closed);
  });
});
