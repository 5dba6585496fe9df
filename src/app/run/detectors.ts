import { availableParallelism } from 'node:os';
import type { RunConfig } from '../../config/run-config.js';
import type { SourceConfig } from '../../config/run-sources.js';
import type { ModelDetector, UnusableBoxes } from '../../core/detector.js';
import { aboutKeys, type KeysOfError } from '../../core/error-key.js';
import { InternalError } from '../../core/errors.js';
import { PROVIDER_ERROR } from '../../model/actual-provider.js';
import type { ProcessDetectorOptions } from '../../model/host/host-plan.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import { defaultThreads } from '../../model/thread-policy.js';
import { SharedDetector } from '../../pipeline/shared-detector.js';
import type { AppContext } from '../context.js';
import { hostsFor, mostHosts } from './auto-hosts.js';
import { detectorOptions } from './detector-options.js';

/** A detector of a run, and the turns of its cameras. */
export type OpenDetector = {
  readonly detector: ModelDetector;
  readonly shared: SharedDetector;
};

export type DetectorsSetup = {
  /** See `ProcessDetectorOptions`. */
  readonly maxFailedStarts?: number;
  /** Detectors give what any camera may want, so that a camera's own choice can change while they run. */
  readonly isService?: boolean;
};

/** Lower than what people choose. */
const SERVICE_CONF = 0.1;

/** A detector that a configuration calls for. */
export type Opening = {
  readonly options: ProcessDetectorOptions;
  readonly isAuto: boolean;
  /** Of the configuration, that its errors are about. */
  readonly keys: KeysOfError;
  readonly cameras: number;
  /** Of equal openings. The number of cameras and of other models decides when a detector opens, and not again. */
  readonly key: string;
};

/** By the model's name in the configuration, with the key of its options. */
type ByModel = ReadonlyMap<string, { readonly key: string; readonly open: OpenDetector }>;

/** The detectors of a run, one for each model that its cameras name. Close it. */
export class Detectors {
  readonly #byModel: ByModel;
  readonly #ofTheRun: string;
  /** They give detections that a single camera may not keep. */
  readonly givesMore: boolean;

  private constructor(byModel: ByModel, ofTheRun: string, givesMore: boolean) {
    this.#byModel = byModel;
    this.#ofTheRun = ofTheRun;
    this.givesMore = givesMore;
  }

  /**
   * Opens the detectors for a configuration.
   * @param former whose detectors are taken over where they fit; see `closeUnused`
   * @throws ModelError or UsageError if one cannot be opened; those that were opened for it are then closed
   */
  static async open(
    config: RunConfig,
    context: AppContext,
    setup: DetectorsSetup = {},
    former?: Detectors,
  ): Promise<Detectors> {
    const openings = await openingsOf(config, context, setup);
    const opened: ModelDetector[] = [];
    const results = await Promise.allSettled(
      Array.from(openings, async ([model, opening]) => {
        const { key } = opening;
        const known = former === undefined ? undefined : former.#byModel.get(model);
        if (known?.key === key) return [model, known] as const;
        const detector = await aboutKeys(opening.keys, () => openOne(opening, context));
        opened.push(detector);
        return [model, { key, open: { detector, shared: new SharedDetector(detector) } }] as const;
      }),
    );
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) {
      await Promise.all(opened.map((detector) => detector.close()));
      throw failure.reason;
    }
    const entries = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const givesMore = setup.isService === true || config.sources.some(({ detect }) => detect !== undefined);
    return new Detectors(new Map(entries), config.model.path, givesMore);
  }

  /** In the order of the cameras; the first one describes the run. */
  get all(): readonly OpenDetector[] {
    return Array.from(this.#byModel.values(), ({ open }) => open);
  }

  get first(): OpenDetector {
    return this.all[0];
  }

  /** The detector of a camera of the configuration. */
  of({ model = this.#ofTheRun }: Pick<SourceConfig, 'model'>): OpenDetector {
    const found = this.#byModel.get(model);
    if (found === undefined) throw new InternalError(`no detector runs ${model}`);
    return found.open;
  }

  /** The names of all classes: those of the first model, and then what others add. */
  get classNames(): readonly string[] {
    return [...new Set(this.all.flatMap(({ detector }) => detector.info.classNames))];
  }

  get unusable(): UnusableBoxes {
    const sum = (of: (boxes: UnusableBoxes) => number): number =>
      this.all.reduce((all, { detector }) => all + of(detector.unusable), 0);
    return { boxes: sum(({ boxes }) => boxes), pictures: sum(({ pictures }) => pictures) };
  }

  /** Closes those that `next` has not taken over. */
  async closeUnused(next: Detectors): Promise<void> {
    const used = new Set(next.all);
    await Promise.all(this.all.filter((open) => !used.has(open)).map(({ detector }) => detector.close()));
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    await Promise.all(this.all.map(({ detector }) => detector.close()));
  }
}

/** Keys that hold for the model at `model.path` alone, by the code of the error. */
const BESIDE_PATH: Readonly<Record<string, readonly string[]>> = {
  NOWCAST_MODEL_LABELS: ['model.labels'],
  NOWCAST_MODEL_INPUT_SIZE: ['model.input'],
  NOWCAST_MODEL_PREPROCESS: ['model.preprocess'],
};

/**
 * The detector of each model, by its name in the configuration, in the order of the cameras. Starts nothing.
 * @throws ModelError if a model cannot be found, or its labels do not fit; UsageError for an unknown class
 */
export async function openingsOf(
  config: RunConfig,
  context: AppContext,
  { maxFailedStarts, isService = false }: DetectorsSetup = {},
): Promise<ReadonlyMap<string, Opening>> {
  const { model, sources } = config;
  const names = [...new Set(sources.map(({ model: own = model.path }) => own))];
  const isAuto = model.hosts === 'auto';
  const openings = await Promise.all(
    names.map(async (name): Promise<[string, Opening]> => {
      const own = sources.filter(({ model: named = model.path }) => named === name);
      // Labels, size and preprocessing belong to the model that the file names beside them.
      const described =
        name === model.path
          ? model
          : { ...model, path: name, labels: undefined, preprocess: undefined, input: undefined };
      const named = [...own.map(({ id }) => `cameras.${id}.detect.model`), 'model.path'];
      const keys: KeysOfError = ({ code }) => [
        ...(code === PROVIDER_ERROR ? ['model.provider'] : []),
        ...(described === model ? (BESIDE_PATH[code] ?? []) : []),
        ...named,
      ];
      const least = await aboutKeys(keys, () =>
        detectorOptions({ ...config, model: described, sources: own }, context),
      );
      const options = {
        ...(isService && config.detect.nmsMode === 'per-class' ? widened(least) : least),
        ...(maxFailedStarts !== undefined && { maxFailedStarts }),
      };
      const { hosts = 1 } = options;
      const threads = names.length > 1 && model.threads === undefined ? threadsBeside(hosts * names.length) : undefined;
      return [
        name,
        {
          options: threads === undefined ? options : { ...options, threads },
          isAuto,
          keys,
          cameras: own.length,
          key: JSON.stringify([options, isAuto]),
        },
      ];
    }),
  );
  return new Map(openings);
}

/** A box that nobody keeps leaves those of other classes and of higher scores alone. */
function widened({ classIds: _, ...options }: ProcessDetectorOptions): ProcessDetectorOptions {
  return { ...options, confThreshold: Math.min(options.confThreshold, SERVICE_CONF) };
}

function threadsBeside(hosts: number): number {
  return defaultThreads({ cores: availableParallelism(), hosts });
}

async function medianRuntimeMs(detector: ModelDetector, { clock, signal }: AppContext): Promise<number> {
  // Its code is needed here alone.
  const { greyPicture, measureRuntimes } = await import('../profile.js');
  const { runtimesMs } = await measureRuntimes(detector, greyPicture(detector.info.input), {
    runs: 9,
    warmUpRuns: 3,
    clock,
    signal,
    onRun: () => undefined,
  });
  return runtimesMs.toSorted((a, b) => a - b)[runtimesMs.length >> 1];
}

async function openOne({ options, isAuto, cameras }: Opening, context: AppContext): Promise<ModelDetector> {
  const first = await createProcessDetector(options);
  if (!isAuto) return first;
  const machine = { cameras, cores: availableParallelism(), isOnCpu: first.info.provider === 'cpu' };
  if (mostHosts(machine) === 1) return first;
  try {
    const hosts = hostsFor({ ...machine, runtimeMs: await medianRuntimeMs(first, context) });
    context.log.info(`detectors: auto is ${hosts}`);
    if (hosts === 1) return first;
    const pool = await createProcessDetector({ ...options, hosts });
    await first.close();
    return pool;
  } catch (error) {
    await first.close();
    throw error;
  }
}
