import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fragmenter, type LiveFragment, type LiveUnit } from '../../../src/streaming/live-video/fragmenter.js';
import { boxAt, boxesIn, SEQUENCE, unit, WIDER } from './coded.js';

function fragmentsOf(units: readonly LiveUnit[]): LiveFragment[] {
  const fragmenter = new Fragmenter();
  return units.flatMap((one) => fragmenter.push(one) ?? []);
}

/** Times in microseconds, as a player reads them. */
function timesOf({ bytes }: LiveFragment): { readonly decoding: number; readonly presentation: number } {
  const decoding = Number(boxAt(bytes, 'moof/traf/tfdt').readBigUInt64BE(4));
  const run = boxAt(bytes, 'moof/traf/trun');
  return { decoding, presentation: decoding + run.readInt32BE(run.length - 4) };
}

describe('fragments of MP4', () => {
  it('begin with the first key unit, whose parameter sets are in the header alone', () => {
    const [first, second, ...rest] = fragmentsOf([unit(0, false), unit(40_000, true, 0x11), unit(80_000, false, 0x22)]);
    assert.deepEqual(rest, []);
    assert.equal(first.init.codec, 'avc1.42c01e');
    assert.deepEqual(
      boxesIn(first.init.bytes).map(({ name }) => name),
      ['ftyp', 'moov'],
    );
    assert.ok(boxAt(first.init.bytes, 'moov/trak/mdia/minf/stbl/stsd').includes(SEQUENCE));
    assert.deepEqual([first.isKey, first.isFirst, second.isKey, second.isFirst], [true, true, false, false]);
    assert.equal(second.init, first.init);
    assert.deepEqual(
      [first, second].map(({ bytes }) => boxAt(bytes, 'mdat').toString('hex')),
      ['00000003658811', '00000003418822'],
    );
  });

  it('have one picture each, at which their run of data points', () => {
    for (const { bytes } of fragmentsOf([unit(0, true), unit(1, false)])) {
      const [moof, mdat, ...rest] = boxesIn(bytes);
      assert.deepEqual([moof.name, mdat.name, rest.length], ['moof', 'mdat', 0]);
      const run = boxAt(bytes, 'moof/traf/trun');
      assert.equal(run.readUInt32BE(4), 1);
      const offset = run.readInt32BE(8);
      assert.equal(Buffer.from(bytes).subarray(offset).compare(mdat.content), 0);
      assert.equal(run.readUInt32BE(16), mdat.content.length);
    }
  });

  it('keep every presentation time, and decode in ascending order, whatever order pictures are shown in', () => {
    const gop = fc.array(fc.integer({ min: 60_000_000, max: 61_000_000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(gop, (times) => {
        const made = fragmentsOf(times.map((ptsUs, i) => unit(ptsUs, i === 0)));
        assert.deepEqual(
          made.map((fragment) => timesOf(fragment).presentation),
          times,
        );
        const decoding = made.map((fragment) => timesOf(fragment).decoding);
        for (let i = 1; i < decoding.length; i++) assert.ok(decoding[i] > decoding[i - 1]);
      }),
    );
  });

  it('decode no B-picture after it is shown', () => {
    const shown = [0, 120, 40, 80, 240, 160, 200, 5_000, 4_500].map((ms) => 60_000_000 + 1000 * ms);
    for (const fragment of fragmentsOf(shown.map((ptsUs, i) => unit(ptsUs, i === 0)))) {
      const { decoding, presentation } = timesOf(fragment);
      assert.ok(decoding <= presentation);
    }
  });

  it('begin anew with the source, at its next key unit', () => {
    const [first, key, next, ...rest] = fragmentsOf([
      unit(3_600_000_000, true),
      unit(40_000, false),
      unit(80_000, true),
      unit(120_000, false),
    ]);
    assert.deepEqual(rest, []);
    assert.deepEqual(
      [first, key, next].map((fragment) => timesOf(fragment).presentation),
      [3_600_000_000, 80_000, 120_000],
    );
  });

  it('get a new header with other parameter sets, and none with the same', () => {
    const made = fragmentsOf([unit(0, true), unit(1, true), unit(2, true, 0x80, WIDER), unit(3, false)]);
    assert.deepEqual(
      made.map(({ isFirst }) => isFirst),
      [true, false, true, false],
    );
    assert.notEqual(made[2].init, made[1].init);
    assert.equal(made[3].init, made[2].init);
    const size = boxAt(made[2].init.bytes, 'moov/trak/tkhd').subarray(-8);
    assert.deepEqual([size.readUInt16BE(0), size.readUInt16BE(4)], [640, 240]);
  });

  it('wait for a key unit that a decoder can use', () => {
    assert.deepEqual(fragmentsOf([unit(0, true, 0x80, Buffer.from('6742', 'hex')), unit(1, false)]), []);
    assert.equal(fragmentsOf([unit(0, true, 0x80, Buffer.from('6742', 'hex')), unit(1, true)]).length, 1);
  });
});
