import assert from 'node:assert/strict';
import { INTERLACED } from '../../helpers/bit-writer.js';
import { AccessUnitFinder, type AccessUnitSpan } from '../../../src/streaming/mpegts/access-units.js';

const LONG = [0, 0, 0, 1];
const SHORT = [0, 0, 1];
const H264 = {
  aud: [9, 0xf0],
  sps: [0x67, 0x42],
  pps: [0x68, 0xce],
  sei: [6, 5],
  idr: [0x65, 0x88, 0x84],
  first: [0x41, 0x9a, 2],
  second: [0x41, 0x2a, 2],
};
const H265 = {
  aud: [0x46, 1, 0x50],
  vps: [0x40, 1, 12],
  sps: [0x42, 1, 1],
  pps: [0x44, 1, 0xc0],
  idr: [0x26, 1, 0xaf],
  first: [2, 1, 0xd0],
  second: [2, 1, 0x40],
  suffix: [0x50, 1, 5],
  layer: [2, 9, 0xd0],
};

function findAccessUnits(codec: 'h264' | 'h265', data: Uint8Array): readonly AccessUnitSpan[] | undefined {
  return new AccessUnitFinder(codec).find(data);
}

function bytes(...units: number[][]): Uint8Array {
  return Uint8Array.from(units.flatMap((unit, i) => [...(i === 0 ? LONG : SHORT), ...unit]));
}

describe('access units', () => {
  it('are one if their slices belong to one picture', () => {
    const { aud, sps, pps, sei, idr, second } = H264;
    const data = bytes(aud, sps, pps, sei, idr, [0x65, 0x2a, 2], second);
    assert.deepEqual(findAccessUnits('h264', data), [
      {
        from: 0,
        to: data.length,
        isKey: true,
        hasParameterSets: true,
        refreshPictures: 0,
        hasBeginning: true,
        mayGoBack: false,
        lacksField: false,
      },
    ]);
  });

  it('begin with a delimiter, a parameter set, SEI or a first slice behind a picture', () => {
    for (const begin of [H264.aud, H264.sps, H264.pps, H264.sei, H264.first]) {
      const [before, after] = [bytes(H264.idr, [0x65, 0x2a, 2]), bytes(begin, H264.first)];
      const spans = findAccessUnits('h264', Buffer.concat([before, after]))!;
      assert.deepEqual(spans.slice(0, 2).map(({ from, to }) => [from, to])[0], [0, before.length]);
      assert.equal(spans[1].from, before.length);
      assert.deepEqual(spans.map(({ isKey }) => isKey).slice(0, 2), [true, false]);
    }
  });

  it('are one if two fields form a frame, with or without delimiters', () => {
    const { sps, pps, slice } = INTERLACED;
    for (const before of [[], [[...H264.aud]], [[...H264.aud], [...H264.sei]]]) {
      const frames = [1, 2, 3].map((frame) =>
        bytes(...before, [...slice({ frame, field: 'top' })], ...before, [...slice({ frame, field: 'bottom' })]),
      );
      const alone = bytes([...slice({ frame: 4, field: 'none' })]);
      const data = [bytes([...sps], [...pps]), ...frames, alone];
      const sizes = [data[0].length + data[1].length, ...data.slice(2).map(({ length }) => length)];
      assert.deepEqual(
        findAccessUnits('h264', Buffer.concat(data))!.map(({ from, to }) => to - from),
        sizes,
      );
    }
  });

  it('include the bytes after their last picture', () => {
    const data = Buffer.concat([bytes(H264.first), bytes(H264.first), bytes([10])]);
    assert.deepEqual(
      findAccessUnits('h264', data)!.map(({ from, to }) => [from, to]),
      [
        [0, 7],
        [7, data.length],
      ],
    );
  });

  it('are separated in H.265; a suffix and other layers stay with their picture', () => {
    const { aud, vps, sps, pps, idr, first, second, suffix, layer } = H265;
    const [one, two] = [bytes(aud, vps, sps, pps, idr, [0x26, 1, 0x2f], layer, suffix), bytes(first, second)];
    assert.deepEqual(findAccessUnits('h265', Buffer.concat([one, two])), [
      {
        from: 0,
        to: one.length,
        isKey: true,
        hasParameterSets: true,
        refreshPictures: 0,
        hasBeginning: true,
        mayGoBack: false,
        lacksField: false,
      },
      {
        from: one.length,
        to: one.length + two.length,
        isKey: false,
        hasParameterSets: false,
        refreshPictures: 0,
        hasBeginning: true,
        mayGoBack: false,
        lacksField: false,
      },
    ]);
  });

  it('are none without a slice', () => {
    assert.deepEqual(findAccessUnits('h264', bytes(H264.sps, H264.pps)), []);
    assert.deepEqual(findAccessUnits('h265', bytes(H265.vps, H265.sps, H265.pps)), []);
  });

  it('are not found in bytes that begin inside one', () => {
    for (const data of [
      bytes(H264.second),
      Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...bytes(H264.first)]),
      new Uint8Array(100),
      new Uint8Array(0),
    ]) {
      assert.equal(findAccessUnits('h264', data), undefined);
    }
    assert.equal(findAccessUnits('h265', bytes(H265.second)), undefined);
  });
});
