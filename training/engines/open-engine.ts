import type { AssignerName } from '../assign/assigners.js';
import type { Network } from '../network/description.js';
import type { Engine } from './engine.js';
import { openOnnxRuntimeEngine } from './onnxruntime/engine.js';
import { loadTensorFlow, openTensorFlowEngine, type TensorFlow } from './tensorflow/engine.js';

/** `auto`: tensorflow if it loads, else onnxruntime. */
export const ENGINES = ['auto', 'onnxruntime', 'tensorflow'] as const;
export type EngineName = (typeof ENGINES)[number];

export type EngineOptions = {
  readonly batchSize: number;
  /** Threads that share a batch; tensorflow has its own threads. */
  readonly replicas: number;
  readonly assigner: AssignerName;
};

/** @throws UsageError if tensorflow was requested by name and is not installed */
export async function openEngine(name: EngineName, network: Network, options: EngineOptions): Promise<Engine> {
  const tf =
    name === 'onnxruntime'
      ? undefined
      : await loadTensorFlow().catch((error: unknown): TensorFlow | undefined => {
          if (name === 'tensorflow') throw error;
          return undefined;
        });
  return tf === undefined
    ? openOnnxRuntimeEngine(network, { ...options, threadsPerReplica: 1 })
    : openTensorFlowEngine(tf, network, options);
}
