import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SampleFormat } from '../../../src/streaming/nal/sample-format.js';

const SETS = [Uint8Array.of(0x67, 1, 2, 3), Uint8Array.of(0x68, 4)];
const IDR = Uint8Array.of(0x65, 0x80, 9);
const NOTHING = new Uint8Array(0);

function record(lengthBytes: number): Uint8Array {
  const [sequence, picture] = SETS.map((set) => [0, set.length, ...set]);
  return Uint8Array.from([1, 77, 0, 30, 0xfc | (lengthBytes - 1), 0xe1, ...sequence, 1, ...picture]);
}

function withLengths(nals: readonly Uint8Array[], lengthBytes: number): Uint8Array {
  return Buffer.concat(
    nals.flatMap((nal) => {
      const head = Buffer.alloc(lengthBytes);
      head.writeUIntBE(nal.length, 0, lengthBytes);
      return [head, nal];
    }),
  );
}

function withStartCodes(...nals: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(nals.flatMap((nal) => [Uint8Array.of(0, 0, 0, 1), nal]));
}

describe('SampleFormat', () => {
  for (const lengthBytes of [1, 2, 4])
    it(`puts start codes in place of lengths of ${lengthBytes} bytes, and parameter sets before a key picture`, () => {
      const format = new SampleFormat('h264', record(lengthBytes));
      const { data } = format.read(withLengths([IDR], lengthBytes), true)!;
      assert.deepEqual(Buffer.from(data), withStartCodes(...SETS, IDR));
      const other = format.read(withLengths([Uint8Array.of(0x41, 5)], lengthBytes), false)!;
      assert.deepEqual(Buffer.from(other.data), withStartCodes(Uint8Array.of(0x41, 5)));
    });

  it('leaves Annex B as it is where nothing is missing, and adds the sets of the header after a delimiter', () => {
    const whole = withStartCodes(...SETS, IDR);
    assert.equal(new SampleFormat('h264', NOTHING).read(whole, true)!.data, whole);
    const delimiter = Uint8Array.of(9, 0xf0);
    const { data } = new SampleFormat('h264', withStartCodes(...SETS)).read(withStartCodes(delimiter, IDR), true)!;
    assert.deepEqual(Buffer.from(data), withStartCodes(delimiter, ...SETS, IDR));
  });

  it('says after how many pictures one with gradual refresh is whole', () => {
    // A recovery point of three pictures (payload type 6; ue(v) 3 is 00100).
    const message = Uint8Array.of(6, 6, 1, 0b0010_0111, 0x80);
    const picture = withStartCodes(...SETS, message, Uint8Array.of(0x41, 0x9a, 5));
    assert.equal(new SampleFormat('h264', NOTHING).read(picture, true)!.refreshPictures, 3);
  });

  it('gives nothing for a key picture without parameter sets, nor for lengths that do not add up', () => {
    assert.equal(new SampleFormat('h264', NOTHING).read(withStartCodes(IDR), true), undefined);
    assert.equal(new SampleFormat('h264', record(4)).read(Uint8Array.of(0, 0, 0, 9, 1), false), undefined);
  });

  it('fails for no header and no sample', () => {
    const codecs = fc.constantFrom('h264' as const, 'h265' as const);
    fc.assert(
      fc.property(
        codecs,
        fc.uint8Array({ maxLength: 60 }),
        fc.uint8Array({ maxLength: 60 }),
        fc.boolean(),
        (...drawn) => {
          const [codec, header, sample, isKey] = drawn;
          new SampleFormat(codec, Uint8Array.of(1, ...header)).read(sample, isKey);
        },
      ),
    );
  });
});
