import * as z from 'zod';
import { DataError } from '../../src/core/errors.js';

/** A float32 tensor; data row by row. */
export type Tensor = { readonly shape: readonly number[]; readonly data: Float32Array };

const count = z.int().nonnegative();
const headerSchema = z
  .object({ __metadata__: z.record(z.string(), z.string()).default({}) })
  .catchall(z.object({ dtype: z.string(), shape: z.array(count), data_offsets: z.tuple([count, count]) }));

const LENGTH_BYTES = 8;

/**
 * Bytes of a safetensors file (huggingface.co/docs/safetensors): length of the header, header as JSON, data. They come
 * as consecutive pieces that share the tensors' memory.
 */
export function safetensorsPieces(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, (offset += data.byteLength)] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces pad the header, so that the data are aligned for programs that map the file into memory.
  const headerBytes = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  headerBytes.set(json);
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setBigUint64(0, BigInt(headerBytes.length), true);
  return [
    length,
    headerBytes,
    ...Array.from(tensors.values(), ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/**
 * Reads every float32 tensor; skips integers, such as PyTorch's counters.
 * @param name the file's, for messages
 * @throws DataError if the bytes are not a complete safetensors file, or contain weights of another precision
 */
export function parseSafetensors(
  bytes: Uint8Array,
  name: string,
): { readonly tensors: Map<string, Tensor>; readonly metadata: Readonly<Record<string, string>> } {
  const refuse = (why: string): never => {
    throw new DataError(`${name} is not a complete safetensors file: ${why}`);
  };
  if (bytes.length < LENGTH_BYTES) refuse(`it has ${bytes.length} bytes`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const dataStart = LENGTH_BYTES + headerLength;
  if (dataStart > bytes.length) refuse(`its header would have ${headerLength} bytes`);
  let header: z.infer<typeof headerSchema>;
  try {
    header = headerSchema.parse(JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, dataStart))));
  } catch {
    return refuse('its header is no list of tensors as JSON');
  }
  const { __metadata__: metadata, ...entries } = header;
  const tensors = new Map<string, Tensor>();
  for (const [
    tensor,
    {
      dtype,
      shape,
      data_offsets: [start, end],
    },
  ] of Object.entries(entries)) {
    if (dataStart + end > bytes.length) refuse(`"${tensor}" ends after ${bytes.length} bytes`);
    if (!dtype.includes('F')) continue;
    if (dtype !== 'F32')
      throw new DataError(
        `${name}: "${tensor}" is ${dtype}, but weights must be F32; convert them before they are saved (in PyTorch: tensor.float())`,
      );
    const elements = shape.reduce((product, side) => product * side, 1);
    if (end - start !== elements * 4) refuse(`"${tensor}" has ${end - start} bytes for the shape [${String(shape)}]`);
    // A copy, because the data may be unaligned.
    tensors.set(tensor, {
      shape,
      data: new Float32Array(new Uint8Array(bytes.subarray(dataStart + start, dataStart + end)).buffer),
    });
  }
  return { tensors, metadata };
}
