import { ModelError } from '../../core/errors.js';
import type { Size } from '../../core/size.js';
import { TensorProto_DataType as DataType } from '../onnx/onnx_pb.js';
import type { Dimension, TensorShape } from '../onnx/value-shape.js';

/** Number types of a picture's input, or of a decoder's output. */
export const REAL_TYPES: ReadonlySet<DataType> = new Set([DataType.FLOAT, DataType.FLOAT16]);

/**
 * Why an input takes no picture [1, 3, height, width]; undefined where it does.
 */
export function problemOfImage({ elemType, dims }: TensorShape): string | undefined {
  if (!REAL_TYPES.has(elemType) && elemType !== DataType.UINT8) return 'its input must be float32, float16 or uint8';
  if (dims?.length !== 4) return 'its input must have four dimensions';
  const [batch, channels] = dims;
  if (typeof batch === 'number' && batch !== 1) return `its batch size must be 1 or open, not ${batch}`;
  if (typeof channels === 'number' && channels !== 3) return `its input must have 3 channels first, not ${channels}`;
  return undefined;
}

/**
 * The size of a picture's input: the file's own, or the one asked for where the file leaves it open.
 * @param multiple of which both sides should be, for the message
 * @throws ModelError where there is none, or the file has another
 */
export function imageSize(dims: readonly Dimension[], asked: Size | undefined, path: string, multiple: number): Size {
  const [height, width] = dims.slice(-2);
  const size = {
    width: typeof width === 'number' ? width : asked?.width,
    height: typeof height === 'number' ? height : asked?.height,
  };
  if (size.width === undefined || size.height === undefined) {
    throw new ModelError(
      `${path} leaves its input size open; give it (--input 640x640: width x height, multiples of ${multiple})`,
      { code: 'NOWCAST_MODEL_INPUT_SIZE' },
    );
  }
  if (asked !== undefined && (asked.width !== size.width || asked.height !== size.height)) {
    throw new ModelError(
      `${path} has a fixed input of ${size.width}x${size.height} and cannot run at ${asked.width}x${asked.height}; ` +
        'leave the size out, or take a model exported at that size',
      { code: 'NOWCAST_MODEL_INPUT_SIZE' },
    );
  }
  return { width: size.width, height: size.height };
}
