import { readFileSync } from 'node:fs';

export type TestTensor = {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Uint8Array | Int32Array | BigInt64Array;
};

/** Reads every tensor of a safetensors file. */
export function readSafetensors(path: string): Map<string, TestTensor> {
  const file = readFileSync(path);
  const headerLength = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerLength)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, TestTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [start, end] = entry.data_offsets;
    // A copy, because typed arrays need aligned memory.
    const bytes = Uint8Array.from(file.subarray(8 + headerLength + start, 8 + headerLength + end)).buffer;
    tensors.set(name, { shape: entry.shape, data: view(entry.dtype, bytes) });
  }
  return tensors;
}

function view(dtype: string, bytes: ArrayBuffer): TestTensor['data'] {
  switch (dtype) {
    case 'F32':
      return new Float32Array(bytes);
    case 'F64':
      return new Float64Array(bytes);
    case 'U8':
      return new Uint8Array(bytes);
    case 'I32':
      return new Int32Array(bytes);
    case 'I64':
      return new BigInt64Array(bytes);
    default:
      throw new Error(`safetensors: unknown dtype ${dtype}`);
  }
}
