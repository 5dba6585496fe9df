import { createHash } from 'node:crypto';
import { join, parse } from 'node:path';
import { readTrained, type TrainedNetwork } from '../../training/checkpoint/checkpoint.js';
import { safetensorsPieces } from '../../training/checkpoint/safetensors.js';
import { exportOnnx } from '../../training/export/export-onnx.js';
import { gigaFlops } from '../../training/network/cost.js';
import { parameterLayout } from '../../training/network/parameters.js';
import { createNetwork, parseVariant, testSize, VARIANTS } from '../../training/network/variants.js';
import { initialWeights, namedTensors } from '../../training/network/weights.js';
import type { Size } from '../core/size.js';
import { writeFileAtomic } from '../files/atomic-write.js';
import { CLASSES_KEY } from '../model/onnx/class-names.js';

export { VARIANTS };

export type ExportOptions = {
  readonly source: ExportSource;
  /** A `.onnx` file, or a `.safetensors` file for the weights alone. */
  readonly out: string;
  /** Input size of the network; undefined takes the checkpoint's or the variant's. */
  readonly input: Size | undefined;
  /** Computes in half precision. */
  readonly fp16: boolean;
  /** Makes the batch size dynamic. */
  readonly dynamicBatch: boolean;
};

export type ExportSource =
  /** A checkpoint, or plain weights of that variant. */
  | { readonly weights: string; readonly variant: string | undefined }
  /** A network with random weights. */
  | { readonly weights?: never; readonly variant: string; readonly classes: number; readonly seed: number };

export type ExportedModel = {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly variant: string;
  readonly classes: number;
  readonly input: Size;
  readonly fp16: boolean;
  readonly dynamicBatch: boolean;
  readonly gflops: number;
  /** File of the class names beside the model, if the names are known. */
  readonly labels?: string;
};

/** True to write the weights alone. */
export function isWeightsFile(out: string): boolean {
  return out.endsWith('.safetensors');
}

/**
 * Writes a network as a file, and its class names beside it for `--labels` and other tools.
 * @throws UsageError for an unknown variant; ModelError for weights that do not fit; OutputError if a file cannot be
 *   written
 */
export async function exportNetwork({
  source,
  out,
  input: asked,
  fp16,
  dynamicBatch,
}: ExportOptions): Promise<ExportedModel> {
  const { network, weights, classNames, input: own } = readSource(source);
  const input = asked ?? own;
  const metadata = classNames === undefined ? {} : { [CLASSES_KEY]: JSON.stringify(classNames) };
  const bytes = isWeightsFile(out)
    ? Buffer.concat(safetensorsPieces(namedTensors(parameterLayout(network), weights), metadata))
    : exportOnnx(network, weights, { input, dynamicBatch, halfPrecision: fp16, metadata });
  await writeFileAtomic(out, bytes);
  const labels = classNames && labelsBeside(out);
  if (labels !== undefined) await writeFileAtomic(labels, classNames!.map((name, id) => `${id}  ${name}\n`).join(''));
  return {
    path: out,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    variant: network.name,
    classes: network.classCount,
    input,
    fp16,
    dynamicBatch,
    gflops: gigaFlops(network, input),
    ...(labels !== undefined && { labels }),
  };
}

function readSource(source: ExportSource): TrainedNetwork {
  if (source.weights !== undefined)
    return readTrained(source.weights, source.variant === undefined ? undefined : parseVariant(source.variant));
  const variant = parseVariant(source.variant);
  const network = createNetwork(variant, source.classes);
  return { network, weights: initialWeights(network, source.seed), input: testSize(variant), classNames: undefined };
}

function labelsBeside(out: string): string {
  const { dir, name } = parse(out);
  return join(dir, `${name}.txt`);
}
