import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelError } from '../../core/errors.js';
import { ModelProtoSchema, type GraphProto, type ModelProto } from './onnx_pb.js';

/** A model that has a graph. */
export type OnnxModel = ModelProto & { graph: GraphProto };

/**
 * Reads an ONNX file's bytes. Tensors stay views of `bytes`, so a large file costs no copy.
 * @param name the file's name, for messages
 * @throws ModelError if the bytes are not a complete ONNX model; the message says what they look like
 */
export function parseOnnx(bytes: Uint8Array, name: string): OnnxModel {
  const other = lookalike(bytes);
  if (other !== undefined) throw new ModelError(`${name} ${other}`, { code: 'NOWCAST_MODEL_NOT_ONNX' });
  const fail = (cause?: unknown): never => {
    throw new ModelError(
      `${name} is not an ONNX model, or only a part of one; check the path, or download the file again`,
      { cause, code: 'NOWCAST_MODEL_NOT_ONNX' },
    );
  };
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    return fail(cause);
  }
  if (!hasGraph(model)) return fail();
  return model;
}

/** The bytes of an ONNX file. Fields that {@link parseOnnx} did not recognise are written back unchanged. */
export function serializeOnnx(model: ModelProto): Uint8Array {
  return toBinary(ModelProtoSchema, model);
}

function hasGraph(model: ModelProto): model is OnnxModel {
  return model.graph !== undefined && model.graph.node.length > 0 && model.opsetImport.length > 0;
}

/** Files that people mistake for a model most often, recognised by their first bytes. */
function lookalike(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'is empty (0 bytes); download it again';
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString('latin1');
  if (start.startsWith('version https://git-lfs'))
    return 'is a Git LFS pointer, not the model itself; run `git lfs pull`';
  if (start.startsWith('PK\x03\x04') || start.startsWith('\x80\x02')) {
    return 'is a PyTorch checkpoint or TorchScript file; export it to ONNX first (YOLOX: tools/export_onnx.py)';
  }
  if (/^\s*<(!doctype|html)/i.test(start)) return 'is a web page, not a model; the download went to the wrong address';
  return undefined;
}
