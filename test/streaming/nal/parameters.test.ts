import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readH264PictureSet, readH264Sequence } from '../../../src/streaming/nal/h264-parameters.js';
import { readH265Sequence } from '../../../src/streaming/nal/h265-parameters.js';
import { wholeNal } from '../../../src/streaming/nal/nal-unit.js';
import { h264SliceRules, h265SliceRules } from '../../../src/streaming/nal/slice-rules.js';
import { INTERLACED } from '../../helpers/bit-writer.js';
import { NEEDS_FFMPEG } from '../../helpers/clips.js';
import { clipPictures, codedClip, shownPlaces } from '../../helpers/coded-clip.js';
import { itNeeds } from '../../helpers/needs.js';

describe('parameter sets', () => {
  it('of H.264 are read as far as slices need them', () => {
    assert.deepEqual(readH264Sequence(wholeNal(INTERLACED.sps)), {
      id: 0,
      frameNumberBits: 4,
      isFramesOnly: false,
      hasColourPlanes: false,
      isShownInOrder: false,
      size: { width: 320, height: 480 },
      sampleAspect: 1,
    });
    assert.deepEqual(readH264PictureSet(wholeNal(INTERLACED.pps)), { id: 0, sequenceId: 0 });
    assert.equal(readH264Sequence(wholeNal(INTERLACED.sps.subarray(0, 5))), undefined);
  });

  it('distinguish fields from frames, and give no answer for truncated slices', () => {
    const rules = h264SliceRules((type) => [wholeNal(type === 7 ? INTERLACED.sps : INTERLACED.pps)]);
    const read = (field: 'top' | 'bottom' | 'none') => rules.fieldOf(wholeNal(INTERLACED.slice({ frame: 9, field })));
    assert.deepEqual(read('bottom'), { isBottom: true, frameNumber: 9, isReference: true, isIdr: false });
    assert.deepEqual(read('top'), { isBottom: false, frameNumber: 9, isReference: true, isIdr: false });
    assert.equal(read('none'), undefined);
    assert.equal(rules.fieldOf(wholeNal(INTERLACED.slice({ frame: 9, field: 'top' }).subarray(0, 2))), undefined);
  });

  it('of any bytes are read or refused, and so are slices under them', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(bytes, bytes, bytes, (sps, pps, slice) => {
        for (const rules of [h264SliceRules, h265SliceRules]) {
          const { fieldOf, mayGoBack } = rules((type) => [wholeNal(type === 7 || type === 33 ? sps : pps)]);
          assert.ok([true, false, undefined].includes(mayGoBack(wholeNal(slice))));
          const field = fieldOf(wholeNal(slice));
          assert.ok(field === undefined || field.frameNumber < 2 ** 16);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  for (const [name, options, expected] of [
    ['progressive', {}, { isFramesOnly: true }],
    ['interlaced', { interlaced: true }, { isFramesOnly: false }],
    ['with scaling lists', { interlaced: true, more: 'cqm=jvt' }, { isFramesOnly: false }],
    ['4:4:4', { pixelFormat: 'yuv444p' }, { isFramesOnly: true, hasColourPlanes: false }],
  ] as const) {
    itNeeds(NEEDS_FFMPEG, `of x264's ${name} H.264 are read`, () => {
      const [[sps]] = clipPictures('h264', codedClip('h264', { seconds: 0.2, ...options }));
      const sequence = readH264Sequence(wholeNal(sps));
      assert.deepEqual({ ...sequence, ...expected }, sequence);
      assert.ok(sequence !== undefined && sequence.id === 0 && sequence.frameNumberBits <= 8, JSON.stringify(sequence));
    });
  }

  for (const [bPictures, more, expected] of [
    [0, '', 0],
    [1, '', 1],
    [3, '', 2],
    [2, 'temporal-layers=2', 2],
  ] as const) {
    itNeeds(NEEDS_FFMPEG, `of x265 with ${bPictures} B-pictures ${more} state how far pictures go back`, function () {
      this.timeout(30_000);
      const [nals] = clipPictures('h265', codedClip('h265', { seconds: 0.4, bPictures, more }));
      assert.equal(readH265Sequence(wholeNal(nals.find((nal) => nal[0] >> 1 === 33)!))?.reorderCount, expected);
    });
  }

  itNeeds(NEEDS_FFMPEG, 'and the first slice identify B-pictures of H.265; other slices do not', function () {
    this.timeout(30_000);
    const pictures = clipPictures('h265', codedClip('h265', { seconds: 1, bPictures: 2, slices: 2 }));
    const shown = shownPlaces('h265', { seconds: 1, bPictures: 2, slices: 2 });
    const typeOf = (nal: Buffer): number => nal[0] >> 1;
    const sets = pictures[0].filter((nal) => typeOf(nal) >= 32 && typeOf(nal) <= 34);
    const { mayGoBack } = h265SliceRules((type) => sets.filter((nal) => typeOf(nal) === type).map(wholeNal));
    pictures.forEach((nals, i) => {
      const [first, ...others] = nals.filter((nal) => typeOf(nal) < 32);
      assert.equal(
        mayGoBack(wholeNal(first)),
        shown.slice(0, i).some((place) => place > shown[i]),
        `picture ${i}`,
      );
      const isIrap = typeOf(first) >= 16;
      for (const other of others) assert.equal(mayGoBack(wholeNal(other)), isIrap ? false : undefined);
    });
    assert.equal(
      h265SliceRules((type) => (type === 34 ? [] : sets.filter((nal) => typeOf(nal) === type).map(wholeNal))).mayGoBack(
        wholeNal(pictures[1].find((nal) => typeOf(nal) < 16)!),
      ),
      undefined,
    );
  });
});
