import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { BestPictures } from '../../../src/app/serve/best-pictures.js';
import type { PictureRule } from '../../../src/config/snapshots-config.js';
import type { ObjectEvent, ObjectPhase } from '../../../src/core/scene-events.js';
import type { Original, OriginalRef, OriginalRequest } from '../../../src/streaming/originals/answer.js';
import { noOriginal, type NoOriginal } from '../../../src/streaming/originals/answer.js';
import { objectEventOf } from './object-events.js';

const RULE: PictureRule = { isEnabled: true, isCropped: true, maxHeight: undefined, quality: 80 };

describe('the best pictures of objects', () => {
  const start = (rule: PictureRule | undefined = RULE, answer?: () => Promise<Original | NoOriginal>) => {
    const clock = { nowMs: 0, now: () => clock.nowMs };
    const asked: (OriginalRef & OriginalRequest)[] = [];
    const taken: string[] = [];
    const pictures = new BestPictures({
      clock,
      ruleOf: () => rule,
      originals: {
        jpeg: (ref, request) => {
          asked.push({ ...ref, ...request });
          return (
            answer?.() ?? Promise.resolve({ jpeg: Uint8Array.of(ref.seq), width: 1, height: 1, box: ref as never })
          );
        },
      },
      onPicture: ({ id }, jpeg) => taken.push(`${id}:${jpeg[0]}`),
    });
    const see = async (phase: ObjectPhase, seq: number, over: Partial<ObjectEvent> = {}): Promise<void> => {
      pictures.seen(objectEventOf(phase, seq, over));
      await setImmediate();
    };
    return { clock, asked, taken, pictures, see };
  };

  it('are those of the frames that the events name, with a margin', async () => {
    const { asked, taken, see } = start();
    await see('start', 3);
    assert.deepEqual(taken, ['gate-1-1:3']);
    const { streamId, seq, ptsMs, quality, box } = asked[0];
    assert.deepEqual([streamId, seq, ptsMs, quality], ['gate', 3, 300, 80]);
    assert.deepEqual(box, { x1: 90, y1: 190, x2: 160, y2: 310 });
  });

  it('are replaced by better ones five seconds apart, and at the end', async () => {
    const { clock, taken, see } = start();
    await see('start', 3);
    clock.nowMs = 4999;
    await see('update', 40);
    clock.nowMs = 5000;
    await see('update', 40);
    clock.nowMs = 6000;
    await see('update', 40);
    await see('end', 55);
    assert.deepEqual(taken, ['gate-1-1:3', 'gate-1-1:40', 'gate-1-1:55']);
  });

  it('are limited in their rate for each camera', async () => {
    const { clock, taken, see } = start();
    for (let i = 0; i < 20; i++) await see('start', i, { id: `gate-${i}-1` });
    assert.equal(taken.length, 4);
    clock.nowMs = 3000;
    await see('start', 30, { id: 'gate-30-1' });
    assert.equal(taken.length, 5);
    await see('start', 31, { id: 'yard-31-1', streamId: 'yard' });
    assert.equal(taken.length, 6);
  });

  it('fail softly, and end with the service', async () => {
    for (const answer of [
      () => Promise.resolve(noOriginal('too-old', 'gone')),
      () => Promise.reject(new Error('no such stream')),
    ]) {
      const { taken, see, pictures } = start(RULE, answer);
      await see('start', 3);
      await pictures.close();
      assert.deepEqual(taken, []);
    }
    const { asked, see, pictures } = start();
    await pictures.close();
    await see('start', 3);
    assert.deepEqual(asked, []);
  });

  it('are not taken where they are off, and are whole where they are not cut', async () => {
    const off = start({ ...RULE, isEnabled: false });
    await off.see('start', 3);
    assert.deepEqual(off.asked, []);
    const whole = start({ ...RULE, isCropped: false, maxHeight: 360 });
    await whole.see('start', 3);
    assert.deepEqual([whole.asked[0].box, whole.asked[0].maxHeight], [undefined, 360]);
  });
});
