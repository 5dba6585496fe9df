import assert from 'node:assert/strict';
import { cameraFindings, recordFindings, type CameraObserved } from '../../../src/app/doctor/camera-findings.js';

const GOOD: CameraObserved = {
  stream: '640x360 h264',
  size: { width: 640, height: 360 },
  watchedMs: 10_000,
  pictures: 151,
  damaged: 0,
  keysMs: [0, 2000, 4000, 6000, 8000, 10_000],
  bytes: 1_250_000,
  trust: { captureClock: 'sender', uncertaintyMs: 2.345 },
  notices: [],
};

describe("the doctor's advice for a camera", () => {
  const adviceFor = (over: Partial<CameraObserved>): string[] =>
    cameraFindings('front', { ...GOOD, ...over })
      .slice(1)
      .map(({ state, found }) => `${state}: ${found}`);

  it('is not needed for a good one, whose facts are stated', () => {
    assert.deepEqual(cameraFindings('front', GOOD), [
      {
        name: 'front',
        state: 'ok',
        found:
          "640x360 h264, 15 pictures a second, a key picture every 2.0 s, 1 Mbit/s, times of the camera's clock ± 2.3 ms",
      },
    ]);
  });

  it('names the reason of one that gives no picture', () => {
    const { failure: _, ...silent } = { ...GOOD, pictures: 0, failure: undefined };
    assert.deepEqual(
      [{ ...silent, failure: 'connection refused' }, silent].map((observed) => {
        const [{ state, found, remedy }, ...more] = cameraFindings('front', observed);
        return [state, found, remedy?.startsWith('check that it is on'), more.length];
      }),
      [
        ['missing', 'connection refused', true, 0],
        ['missing', 'no picture came', true, 0],
      ],
    );
  });

  for (const [what, over, found] of [
    ['rare key pictures', { keysMs: [0, 8300] }, /^limited: key pictures are 8\.3 s apart$/],
    ['a single key picture', { keysMs: [0] }, /^limited: key pictures are 10 s apart or more$/],
    ['damage', { damaged: 3 }, /^limited: 3 pictures of 151 damaged/],
    ['large pictures', { size: { width: 1920, height: 1080 } }, /^ok: its pictures are larger than/],
    ['many pictures', { pictures: 301 }, /^ok: it sends more pictures than/],
    ['H.265', { stream: '640x360 h265' }, /^ok: many browsers do not play H\.265/],
    ['pictures without times', { trust: { captureClock: 'arrival', uncertaintyMs: 0 } }, /^limited: .* carry no times/],
    ['inexact times', { trust: { captureClock: 'sender', uncertaintyMs: 160 } }, /^limited: .*± 160 ms only/],
    ['a loss', { failure: 'it went away' }, /^limited: lost after 151 pictures: it went away$/],
    ['quirks', { notices: ['its clock stood still', 'its clock stood still'] }, /^ok: its clock stood still$/],
  ] as const)
    it(`is about ${what}`, () => {
      const advice = adviceFor(over);
      assert.equal(advice.length, 1, advice.join('\n'));
      assert.match(advice[0], found);
    });

  it('for a stream for recordings is not about its size, but about another shape and what it sends', () => {
    const adviceOn = (size: CameraObserved['size'], over: Partial<CameraObserved> = {}): string[] =>
      recordFindings('front record', { ...GOOD, ...(size && { size }), pictures: 301, ...over }, GOOD)
        .slice(1)
        .map(({ found }) => found);
    assert.deepEqual(adviceOn({ width: 3840, height: 2160 }), []);
    assert.deepEqual(adviceOn({ width: 1920, height: 1088 }), []);
    assert.match(adviceOn({ width: 1600, height: 1200 }).join(), /another shape than those .*\(640x360\)$/);
    assert.match(
      adviceOn({ width: 3840, height: 2160 }, { keysMs: [0, 8300] }).join(),
      /^key pictures are 8\.3 s apart$/,
    );
  });

  it('says nothing about key pictures of a camera that was hardly watched, or that others read', () => {
    assert.deepEqual(adviceFor({ keysMs: [0], watchedMs: 2000, pictures: 31 }), []);
    const { keysMs: _keys, bytes: _bytes, ...others } = GOOD;
    const [{ found }, ...more] = cameraFindings('front', others);
    assert.deepEqual([/key|Mbit/.test(found), more], [false, []]);
  });
});
