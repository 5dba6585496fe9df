import * as ort from 'onnxruntime-node';
import type { Clock } from '../core/clock.js';
import { PROVIDERS } from '../core/detector.js';
import { ModelError } from '../core/errors.js';
import type { Size } from '../core/size.js';
import { PROVIDER_ERROR, type ActualProvider } from './actual-provider.js';

// Read when ONNX Runtime starts. Without this, it would report every session to Microsoft, keep an id of this machine
// for that, and leave a file for each process in the temporary folder.
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';

export type SessionOptions = {
  /** An ONNX file whose input takes uint8 [1, 3, height, width]. */
  readonly modelPath: string;
  /** The model in messages, because `modelPath` may be an edited copy in a cache. */
  readonly modelName: string;
  readonly inputName: string;
  /** All float32. */
  readonly outputNames: readonly string[];
  readonly input: Size;
  readonly provider: ActualProvider;
  /** Threads that one run may use on the CPU. */
  readonly threads: number;
  /** Whether these threads spin while they wait. */
  readonly spinning: boolean;
  readonly clock: Clock;
};

/** The result of one run. */
export type SessionRun = {
  /** The network's outputs, in the order of their names. */
  readonly outputs: readonly Float32Array[];
  readonly startMs: number;
  readonly endMs: number;
};

/** An opened model. One run at a time. */
export type Session = {
  /** The input tensor's memory, planar uint8 [3, height, width]: write the picture here, then run. */
  readonly image: Uint8Array;
  run(): Promise<SessionRun>;
  close(): Promise<void>;
};

/** Providers that this build of ONNX Runtime has. Only a trial shows whether one loads. */
export function supportedProviders(): ActualProvider[] {
  const inBuild = new Set(ort.listSupportedBackends().map(({ name }) => name));
  return PROVIDERS.filter((provider): provider is ActualProvider => provider !== 'auto' && inBuild.has(provider));
}

/**
 * Opens a model on exactly this provider. Operators that a provider lacks run on the CPU, as ONNX Runtime does. A
 * provider's native code can crash the whole process, so call it in the detector's own process.
 * @throws ModelError with the code `NOWCAST_PROVIDER` if the provider does not load, otherwise with `NOWCAST_MODEL`
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { modelName, provider, input, inputName, outputNames, clock } = options;
  if (!supportedProviders().includes(provider)) {
    throw new ModelError(`this build of ONNX Runtime has no provider ${provider}`, { code: PROVIDER_ERROR });
  }
  const session = await create(options);
  const image = new Uint8Array(3 * input.height * input.width);
  const feeds = { [inputName]: new ort.Tensor('uint8', image, [1, 3, input.height, input.width]) };

  return {
    image,
    async run() {
      const startMs = clock.now();
      const results = await session.run(feeds, outputNames);
      const endMs = clock.now();
      const outputs = outputNames.map((name) => {
        const data = results[name]?.data;
        if (!(data instanceof Float32Array)) throw new ModelError(`${modelName}: the output "${name}" must be float32`);
        return data;
      });
      return { outputs, startMs, endMs };
    },
    close: () => session.release(),
  };
}

/** Session options of ONNX Runtime. */
export function ortOptions({
  provider,
  threads,
  spinning,
}: Pick<SessionOptions, 'provider' | 'threads' | 'spinning'>): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    interOpNumThreads: 1,
    intraOpNumThreads: threads,
    extra: {
      session: { intra_op: { allow_spinning: spinning ? '1' : '0' } },
      // ONNX Runtime would replace YOLOX's Focus with one SpaceToDepth, which its WebGPU provider cannot run: every
      // frame would travel from the GPU to the CPU and back.
      ...(provider === 'webgpu' && {
        optimization: { disable_specified_optimizers: 'SliceConcatToSpaceToDepthFusion' },
      }),
    },
  };
}

async function create(options: SessionOptions): Promise<ort.InferenceSession> {
  const { modelPath, modelName, provider } = options;
  try {
    return await ort.InferenceSession.create(modelPath, ortOptions(options));
  } catch (cause) {
    const reason = (cause as Error).message
      .split('\n', 1)[0]
      .replaceAll(modelPath, modelName)
      .replace(/^.* was false\. /, '')
      // Where in ONNX Runtime's own source.
      .replace(/\/onnxruntime_src\/.*?\) (?=[A-Z])/, '');
    if (provider === 'cpu')
      throw new ModelError(`${modelName}: ONNX Runtime cannot open this model: ${reason}`, { cause });
    throw new ModelError(`the provider ${provider} does not load here: ${reason}`, { cause, code: PROVIDER_ERROR });
  }
}
