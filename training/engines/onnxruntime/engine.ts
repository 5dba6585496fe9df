import './no-telemetry.js';
import { UsageError } from '../../../src/core/errors.js';
import type { AssignerName } from '../../assign/assigners.js';
import { addLosses, lossDivisor, NO_LOSS, type LossSums } from '../../losses.js';
import type { Network } from '../../network/description.js';
import { parameterLayout } from '../../network/parameters.js';
import type { Weights } from '../../network/weights.js';
import { Thread } from '../../threads/thread.js';
import type { Batch, Engine, StepResult } from '../engine.js';
import type { ReplicaRequest, ReplicaStart } from './replica-messages.js';
import { counted } from '../../../src/core/counted.js';

export type OnnxRuntimeEngineOptions = {
  readonly batchSize: number;
  /**
   * Threads that each run a share of the batch; norms see their own share, as in distributed training. Divides
   * `batchSize`.
   */
  readonly replicas: number;
  /** Threads inside each replica. */
  readonly threadsPerReplica: number;
  readonly assigner: AssignerName;
};

/** Trains on the CPU through ONNX Runtime; needs no package beyond the pipeline's. */
export async function openOnnxRuntimeEngine(network: Network, options: OnnxRuntimeEngineOptions): Promise<Engine> {
  const { batchSize, replicas, threadsPerReplica, assigner } = options;
  if (batchSize % replicas !== 0)
    throw new UsageError(`a batch of ${counted(batchSize, 'picture')} cannot be shared evenly by ${replicas} replicas`);
  const { size, normChannels } = parameterLayout(network);
  const [parameters, runningStatistics] = [shared(size), shared(2 * normChannels)];
  const starts = Array.from({ length: replicas }, (): ReplicaStart => ({
    network,
    assigner,
    pictures: batchSize / replicas,
    threads: threadsPerReplica,
    parameters,
    runningStatistics,
    gradient: shared(size),
    statistics: shared(2 * normChannels),
  }));
  const threads = await Thread.openAll<ReplicaRequest, LossSums>(
    'a training replica',
    new URL('./replica-main.js', import.meta.url),
    starts,
  );

  return {
    name: 'onnxruntime',
    step: async (weights: Weights, batch: Batch, { l1 }): Promise<StepResult> => {
      parameters.set(weights.parameters);
      runningStatistics.set(weights.statistics);
      const parts = await Promise.all(threads.map((thread, i) => thread.ask({ batch: share(batch, i, replicas), l1 })));
      const losses = parts.reduce(addLosses, NO_LOSS);
      return {
        losses,
        gradient: sumOf(
          starts.map(({ gradient }) => gradient),
          1 / lossDivisor(losses),
        ),
        statistics: sumOf(
          starts.map(({ statistics }) => statistics),
          1 / replicas,
        ),
      };
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function shared(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

/** The pictures of replica `i`; a copy, because it is sent to a thread. */
function share({ input, pixels, objects }: Batch, i: number, replicas: number): Batch {
  const [pictures, values] = [objects.length / replicas, pixels.length / replicas];
  return {
    input,
    pixels: pixels.slice(i * values, (i + 1) * values),
    objects: objects.slice(i * pictures, (i + 1) * pictures),
  };
}

function sumOf(parts: readonly Float32Array[], factor: number): Float32Array {
  const sum = new Float32Array(parts[0].length);
  for (const part of parts) {
    for (let i = 0; i < sum.length; i++) sum[i] += part[i] * factor;
  }
  return sum;
}
