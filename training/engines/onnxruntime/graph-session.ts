import './no-telemetry.js';
import * as ort from 'onnxruntime-node';

/** Values by name; all float32. */
export type Feeds = Readonly<Record<string, { readonly data: Float32Array; readonly dims: readonly number[] }>>;

/** A graph that ONNX Runtime runs. */
export type GraphSession = {
  run(feeds: Feeds): Promise<Record<string, { readonly data: Float32Array; readonly dims: readonly number[] }>>;
  close(): Promise<void>;
};

/** @param threads for one run */
export async function openGraph(bytes: Uint8Array, threads: number): Promise<GraphSession> {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Errors come as exceptions instead.
    logSeverityLevel: 4,
    // Reserving the whole peak in advance takes more memory than it saves time.
    enableMemPattern: false,
    // Spinning threads of several sessions compete for the same cores.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  return {
    run: async (feeds) => {
      const tensors = Object.entries(feeds).map(
        ([name, { data, dims }]) => [name, new ort.Tensor('float32', data, dims)] as const,
      );
      const outputs = await session.run(Object.fromEntries(tensors));
      return outputs as Record<string, { readonly data: Float32Array; readonly dims: readonly number[] }>;
    },
    close: () => session.release(),
  };
}
