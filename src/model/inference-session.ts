import * as ort from 'onnxruntime-node';
import type { Clock } from '../core/clock.js';
import { PROVIDERS } from '../core/detector.js';
import { ModelError } from '../core/errors.js';
import type { Size } from '../core/size.js';
import { PROVIDER_ERROR, type ActualProvider } from './actual-provider.js';
import { loadModel } from './model-spec.js';
import { serializeOnnx } from './onnx/model-file.js';
import { toSinglePrecision } from './onnx/single-precision.js';

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
  /** Start of a path: where each node ran is written there, until {@link Session.endRecord}. */
  readonly recordAt?: string | undefined;
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
  /** The device cannot compute in half precision as the model does, so this session computes in single precision. */
  readonly isWidened: boolean;
  run(): Promise<SessionRun>;
  /** Completes the file of `recordAt`. */
  endRecord(): void;
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
  const network = await Network.open(options);
  const image = new Uint8Array(3 * input.height * input.width);
  const feeds = { [inputName]: new ort.Tensor('uint8', image, [1, 3, input.height, input.width]) };

  return {
    image,
    get isWidened() {
      return network.isWidened;
    },
    async run() {
      const startMs = clock.now();
      const results = await network.run(feeds, outputNames);
      const endMs = clock.now();
      const outputs = outputNames.map((name) => {
        const data = results[name]?.data;
        if (!(data instanceof Float32Array)) throw new ModelError(`${modelName}: the output "${name}" must be float32`);
        return data;
      });
      return { outputs, startMs, endMs };
    },
    endRecord: () => network.endProfiling(),
    close: () => network.release(),
  };
}

/** Session options of ONNX Runtime. */
export function ortOptions({
  provider,
  threads,
  spinning,
  recordAt,
}: Pick<SessionOptions, 'provider' | 'threads' | 'spinning' | 'recordAt'>): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    interOpNumThreads: 1,
    intraOpNumThreads: threads,
    ...(recordAt !== undefined && { enableProfiling: true, profileFilePrefix: recordAt }),
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

/**
 * A session of ONNX Runtime that changes to single precision if the device cannot compute in half precision: WebGPU
 * without the feature shader-f16. That shows when the session opens, or with the first run.
 */
class Network {
  readonly #options: SessionOptions;
  #session: ort.InferenceSession | undefined;
  isWidened = false;

  private constructor(options: SessionOptions) {
    this.#options = options;
  }

  static async open(options: SessionOptions): Promise<Network> {
    const network = new Network(options);
    try {
      network.#session = await ort.InferenceSession.create(options.modelPath, ortOptions(options));
    } catch (cause) {
      await network.#widen(cause as Error);
    }
    return network;
  }

  async run(
    feeds: ort.InferenceSession.FeedsType,
    outputNames: readonly string[],
  ): Promise<ort.InferenceSession.ReturnType> {
    try {
      return await this.#session!.run(feeds, outputNames);
    } catch (error) {
      if (this.isWidened || !needsHalf(error as Error)) throw error;
      await this.#session!.release();
      await this.#widen(error as Error);
      return this.#session!.run(feeds, outputNames);
    }
  }

  endProfiling(): void {
    this.#session!.endProfiling();
  }

  release(): Promise<void> {
    return this.#session!.release();
  }

  /** @throws ModelError made of `cause` if half precision is not the reason */
  async #widen(cause: Error): Promise<void> {
    const { modelPath } = this.#options;
    if (!needsHalf(cause)) throw openError(this.#options, cause);
    const { model } = await loadModel(modelPath);
    try {
      const bytes = serializeOnnx(toSinglePrecision(model));
      this.#session = await ort.InferenceSession.create(bytes, ortOptions(this.#options));
      this.isWidened = true;
    } catch (error) {
      throw openError(this.#options, error as Error);
    }
  }
}

function needsHalf({ message }: Error): boolean {
  return message.includes('requires f16');
}

function openError({ modelPath, modelName, provider }: SessionOptions, cause: Error): ModelError {
  const reason = cause.message
    .split('\n', 1)[0]
    .replaceAll(modelPath, modelName)
    .replace(/^.* was false\. /, '')
    // Where in ONNX Runtime's own source.
    .replace(/\/onnxruntime_src\/.*?\) (?=[A-Z])/, '');
  return provider === 'cpu'
    ? new ModelError(`${modelName}: ONNX Runtime cannot open this model: ${reason}`, { cause })
    : new ModelError(`the provider ${provider} does not load here: ${reason}`, { cause, code: PROVIDER_ERROR });
}
