import assert from 'node:assert/strict';
import { continuedOriginals } from '../../../src/app/run/continued-originals.js';
import { noOriginal } from '../../../src/streaming/originals/answer.js';
import { createOriginals } from '../../../src/streaming/originals/originals.js';

describe('the originals of a source that begins anew', () => {
  it('are asked for by its own numbers', async () => {
    await using originals = createOriginals();
    continuedOriginals(originals, 40).add('cam', {
      find: ({ seq, ptsMs }) => noOriginal('unknown', `${seq} at ${ptsMs}`),
    });
    const found = await originals.jpeg({ streamId: 'cam', seq: 42, ptsMs: 7 });
    assert.deepEqual(found, noOriginal('unknown', '2 at 7'));
  });

  it('still have its coded pictures', async () => {
    await using originals = createOriginals();
    const asked: unknown[] = [];
    continuedOriginals(originals, 40).add('cam', {
      find: () => noOriginal('unknown', ''),
      since: (ptsMs) => {
        asked.push(ptsMs);
        return [];
      },
    });
    assert.deepEqual(originals.since('cam', 5), []);
    assert.deepEqual(asked, [5]);
  });

  it('are the same ones for a source that begins', async () => {
    await using originals = createOriginals();
    assert.equal(continuedOriginals(originals, 0), originals);
  });
});
