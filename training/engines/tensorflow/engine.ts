import type * as tfjs from '@tensorflow/tfjs';
import { UsageError } from '../../../src/core/errors.js';
import { anchorGrid } from '../../anchors.js';
import { ASSIGNERS, type AssignerName } from '../../assign/assigners.js';
import { detectionLoss, lossDivisor, NO_LOSS } from '../../losses.js';
import type { Network } from '../../network/description.js';
import { convLayers, parameterLayout } from '../../network/parameters.js';
import type { Weights } from '../../network/weights.js';
import type { Batch, Engine, StepResult } from '../engine.js';
import { forward, type TensorFlow } from './program.js';

export type { TensorFlow };

export type TensorFlowEngineOptions = { readonly assigner: AssignerName };

/** Packages that contain TensorFlow, the fastest first; users install one of them. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/**
 * The first that loads.
 * @throws UsageError naming the packages to install
 */
export async function loadTensorFlow(): Promise<TensorFlow> {
  const reasons: string[] = [];
  for (const name of PACKAGES) {
    try {
      return (await import(name)) as TensorFlow;
    } catch (error) {
      reasons.push(`${name}: ${(error as Error).message.split('\n', 1)[0]}`);
    }
  }
  throw new UsageError(
    `TensorFlow is not installed (${reasons.join('; ')}); npm install ${PACKAGES[0]} for a GPU or ${PACKAGES[1]} without one, or train with the engine onnxruntime`,
  );
}

/** Trains with TensorFlow, or any backend of the given tfjs. */
export function openTensorFlowEngine(tf: TensorFlow, network: Network, { assigner }: TensorFlowEngineOptions): Engine {
  const layout = parameterLayout(network);
  const strides = convLayers(network).map(({ output }) => output.stride);
  return {
    name: 'tensorflow',
    step: ({ parameters }: Weights, { input, pixels, objects }: Batch, { l1 }): Promise<StepResult> => {
      let losses = NO_LOSS;
      const statistics = new Float32Array(2 * layout.normChannels);
      const gradient = new Float32Array(layout.size);
      tf.tidy(() => {
        const images = tf
          .tensor4d(Float32Array.from(pixels), [objects.length, 3, input.height, input.width])
          .transpose<tfjs.Tensor4D>([0, 2, 3, 1]);
        const tensors = layout.parameters.map(({ offset, size, shape }) =>
          tf.tensor(parameters.subarray(offset, offset + size), [...shape]),
        );
        /**
         * Has the gradient of the loss without being the loss: the sum of raw values, each multiplied by its own slope.
         */
        const weighted = (...given: tfjs.Tensor[]): tfjs.Scalar => {
          const byName = new Map(layout.parameters.map(({ name }, i) => [name, given[i]]));
          const { raw, statistics: made } = forward(tf, network, images, (name) => byName.get(name)!);
          const loss = detectionLoss(raw.dataSync<'float32'>(), objects, {
            classCount: network.classCount,
            grid: anchorGrid(input),
            assign: ASSIGNERS[assigner],
            l1,
          });
          losses = loss.sums;
          made.forEach(({ mean, variance }, i) => {
            const { offset } = layout.norms[i];
            const values = (objects.length * input.width * input.height) / strides[i] ** 2;
            const unbiased = values / Math.max(values - 1, 1);
            statistics.set(mean.dataSync(), offset);
            statistics.set(
              variance.dataSync().map((value) => value * unbiased),
              layout.normChannels + offset,
            );
          });
          return raw.mul(tf.tensor(loss.gradient, raw.shape)).sum();
        };
        const slopes = tf.grads(weighted)(tensors);
        const divisor = lossDivisor(losses);
        slopes.forEach((slope, i) =>
          gradient.set(
            slope.dataSync().map((value) => value / divisor),
            layout.parameters[i].offset,
          ),
        );
      });
      return Promise.resolve({ losses, gradient, statistics });
    },
    close: () => Promise.resolve(),
  };
}
