import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseSafetensors, safetensorsPieces, type Tensor } from '../../../training/checkpoint/safetensors.js';
import { readSafetensors } from '../../helpers/safetensors.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const TENSORS = new Map<string, Tensor>([
  ['a.weight', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ['b', { shape: [], data: Float32Array.of(-0.5) }],
]);
const file = (...args: Parameters<typeof safetensorsPieces>): Uint8Array => Buffer.concat(safetensorsPieces(...args));

/** A file with one tensor. */
function eightBytes(dtype: string): Uint8Array {
  return withHeader({ it: { dtype, shape: [8], data_offsets: [0, 8] } });
}

function withHeader(content: unknown): Uint8Array {
  const header = Buffer.from(JSON.stringify(content));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(8)]);
}

describe('safetensors', () => {
  const folder = temporaryFolder();

  it('reads its own files, metadata included', () => {
    const { tensors, metadata } = parseSafetensors(file(TENSORS, { note: 'ä' }), 'x');
    assert.deepEqual(tensors, TENSORS);
    assert.deepEqual(metadata, { note: 'ä' });
  });

  it('writes files that another reader accepts', () => {
    const path = join(folder(), 'x.safetensors');
    writeFileSync(path, file(TENSORS));
    assert.deepEqual(readSafetensors(path), TENSORS);
  });

  it('skips integers', () => {
    for (const dtype of ['I64', 'U8', 'BOOL']) assert.equal(parseSafetensors(eightBytes(dtype), 'x').tensors.size, 0);
  });

  it('refuses weights of another precision, and names it and the remedy', () => {
    for (const dtype of ['F16', 'BF16', 'F64', 'F8_E4M3']) {
      assert.throws(() => parseSafetensors(eightBytes(dtype), 'half.safetensors'), {
        name: 'DataError',
        message: new RegExp(`half\\.safetensors: "it" is ${dtype}, but weights must be F32; .*\\.float\\(\\)`),
      });
    }
  });

  it('refuses a header that lists something else', () => {
    for (const header of [
      null,
      7,
      [1],
      { it: 7 },
      { it: null },
      { it: { dtype: 'F32', shape: [2] } },
      { it: { dtype: 'F32', shape: [-2], data_offsets: [0, -8] } },
      { __metadata__: 7 },
    ]) {
      assert.throws(() => parseSafetensors(withHeader(header), 'odd.safetensors'), {
        name: 'DataError',
        message: /odd\.safetensors is not a complete safetensors file: its header/,
      });
    }
  });

  it('refuses every truncated file, and names it', () => {
    const whole = file(TENSORS);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
        assert.throws(() => parseSafetensors(whole.subarray(0, length), 'cut.safetensors'), {
          name: 'DataError',
          message: /cut\.safetensors/,
        });
      }),
    );
  });
});
