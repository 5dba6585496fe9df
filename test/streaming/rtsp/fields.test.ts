import assert from 'node:assert/strict';
import { INTERLACED } from '../../helpers/bit-writer.js';
import { RtpSender } from '../../helpers/rtp-packetizer.js';
import { annexBOf, H264, Reading } from './reading.js';

const { sps, pps, slice } = INTERLACED;
const { delimiter, sei } = H264;
const FRAME = 3600;
const FIELD = FRAME / 2;

/** Two fields of a frame, two slices each. */
function frame(number: number, { idr = false, reference = true } = {}): [Buffer[], Buffer[]] {
  const field = (which: 'top' | 'bottom'): Buffer[] =>
    [0, 100].map((firstMacroblock) =>
      slice({
        frame: number,
        field: which,
        idr: idr && which === 'top',
        reference,
        firstMacroblock,
        seed: firstMacroblock / 10,
      }),
    );
  return [field('top'), field('bottom')];
}

describe('fields of interlaced H.264', () => {
  const frames = [
    frame(0, { idr: true }),
    frame(1),
    frame(2, { reference: false }),
    frame(2, { reference: false }),
    frame(3),
  ];
  const whole = frames.map((fields, i) => [...(i === 0 ? [sps, pps] : []), ...fields.flat()]);

  it("are one unit with their frame's other field, emitted with its last packet", () => {
    const reading = new Reading('h264');
    const sender = new RtpSender();
    whole.forEach((nals, i) => {
      reading.take(sender.picture(nals, i * FRAME));
      assert.equal(reading.units.length, i + 1);
    });
    assert.deepEqual(reading.data, whole.map(annexBOf));
    assert.deepEqual(
      reading.units.map(({ isKey, damaged, lostBefore }) => [isKey, damaged || lostBefore]),
      whole.map((_, i) => [i === 0, false]),
    );
    assert.deepEqual(reading.notices, []);
  });

  for (const [name, step] of [
    ['the same time', 0],
    ['half an interval between their times', FIELD],
  ] as const) {
    it(`are one unit if each field is marked and follows a delimiter, with ${name}`, () => {
      const reading = new Reading('h264');
      const sender = new RtpSender();
      frames.forEach((fields, i) =>
        fields.forEach((nals, f) => {
          const sets = i === 0 && f === 0 ? [sps, pps] : [];
          reading.take(sender.picture([delimiter, ...sets, sei, ...nals], i * FRAME + f * step));
          assert.equal(reading.units.length, i + f);
        }),
      );
      assert.deepEqual(
        reading.data,
        frames.map(([top, bottom], i) =>
          annexBOf([delimiter, ...(i === 0 ? [sps, pps] : []), sei, ...top, sei, ...bottom]),
        ),
      );
      assert.deepEqual(
        reading.mediaMs,
        frames.map((_, i) => i * 40),
      );
      assert.deepEqual(reading.notices, []);
    });
  }

  it('stay separate if they are no pair: from different frames, or of the same parity', () => {
    const reading = new Reading('h264');
    const sender = new RtpSender();
    const lone = [
      slice({ frame: 0, field: 'top', idr: true }),
      slice({ frame: 1, field: 'bottom' }),
      slice({ frame: 1, field: 'bottom', seed: 1 }),
      slice({ frame: 2, field: 'none' }),
    ];
    reading.take(sender.picture([sps, pps], 0));
    lone.forEach((nal, i) => reading.take(sender.picture([nal], i * FRAME)));
    assert.deepEqual(reading.data, [annexBOf([sps, pps, lone[0]]), ...lone.slice(1).map((nal) => annexBOf([nal]))]);
  });

  it('leave frames of the same stream unchanged', () => {
    const reading = new Reading('h264');
    const sender = new RtpSender();
    const nals = [1, 2, 2, 3].map((number, seed) =>
      slice({ frame: number, field: 'none', reference: seed !== 1, seed }),
    );
    reading.take(sender.picture([sps, pps], 0));
    nals.forEach((nal, i) => reading.take(sender.picture([nal], i * FRAME)));
    assert.equal(reading.units.length, nals.length);
  });

  it("do not pair with the next frame's after a loss; the frame with a missing field is damaged", () => {
    for (const lost of [0, 1]) {
      const reading = new Reading('h264');
      const sender = new RtpSender();
      frames.forEach((fields, i) =>
        fields.forEach((nals, f) => {
          const packets = sender.picture([...(i === 0 && f === 0 ? [sps, pps] : []), ...nals], i * FRAME + f * FIELD);
          if (i !== 2 || f !== lost) reading.take(packets);
        }),
      );
      assert.deepEqual(reading.flaws, lost === 0 ? ['', '', 'dl', '', ''] : ['', '', 'd', 'l', '']);
      assert.deepEqual(reading.data.slice(3), whole.slice(3).map(annexBOf));
    }
  });
});
