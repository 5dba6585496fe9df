import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { PROVIDERS, type Provider } from '../../core/detector.js';
import { UsageError } from '../../core/errors.js';
import { loadLabels, type Labels } from '../labels.js';
import type { DecodeOptions } from '../family.js';
import type { ActualProvider } from '../actual-provider.js';
import { readModelSpec, type ModelSpec, type ReadOptions } from '../model-spec.js';
import { defaultThreads, maySpin } from '../thread-policy.js';
import { uint8Model } from '../uint8-model.js';
import type { OpenMessage } from './messages.js';

export type ProcessDetectorOptions = ReadOptions &
  Omit<DecodeOptions, 'input' | 'classNames'> & {
    /** Path of an unmodified model file of any family. */
    readonly model: string;
    /** `coco`, `argoverse-hd` or a file of names. Default: the model's class count decides. */
    readonly labels?: string;
    readonly provider: Provider;
    /** Threads of one run. Default: see `defaultThreads`. */
    readonly threads?: number;
    /** Folder for edited models and the choices of `auto`; created if absent. */
    readonly cacheDir: string;
    /** Number of processes that compute at the same time. Default: 1. */
    readonly hosts?: number;
    /** No run counts as hung before this; slow models get 20 times their median. Default: 2000. */
    readonly watchdogMs?: number;
    /**
     * Consecutive starts that may fail before a lost detector is given up: `detect` and `ready` then reject with
     * `NOWCAST_DETECTOR_LOST`. Default: it is started again for as long as it takes.
     */
    readonly maxFailedStarts?: number;
    /** Try the network on test pictures when it opens, and compare its outputs with its form. Default: true. */
    readonly probe?: boolean;
    /** Find out where the network's nodes run, if not on the CPU anyway; costs one more opening. Default: false. */
    readonly findsPlacement?: boolean;
    /** Keep boxes as the network gives them, outside the picture too, as evaluation does. Default: they are clipped. */
    readonly keepsOutside?: boolean;
    /** Receives messages about the processes, in sentences for people. */
    readonly onLog?: (message: string) => void;
    /** Receives doubts about the network, in sentences for people. Default: they are warnings of the Node process. */
    readonly onWarning?: (message: string) => void;
  };

/** The resolved options, fixed before a process starts. */
export type HostPlan = {
  readonly spec: ModelSpec;
  readonly labels: Labels;
  readonly threads: number;
  readonly hosts: number;
  /** @param form of the outputs, once it is known for certain; without it the process probes the network */
  openMessage(provider: ActualProvider, form: string | undefined): OpenMessage;
};

/**
 * Reads the model and its labels, and fixes threads and hosts.
 * @throws ModelError if the model or its labels cannot be used; UsageError naming the wrong option
 */
export async function makeHostPlan(options: ProcessDetectorOptions): Promise<HostPlan> {
  const { provider, hosts = 1, confThreshold, nmsThreshold, nms, classIds } = options;
  if (!PROVIDERS.includes(provider)) {
    throw new UsageError(`there is no provider ${JSON.stringify(provider)}; choose one of ${PROVIDERS.join(', ')}`);
  }
  const { maxFailedStarts } = options;
  for (const [name, value] of Object.entries({ hosts: options.hosts, threads: options.threads, maxFailedStarts })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      throw new UsageError(`${name} must be a whole number of 1 or more, got ${value}`);
  }
  const cores = availableParallelism();
  const threads = options.threads ?? defaultThreads({ cores, hosts });
  const spec = await readModelSpec(resolve(options.model), options);
  const [modelPath, labels] = await Promise.all([
    uint8Model(spec, resolve(options.cacheDir), options.onWarning),
    loadLabels(options.labels, spec),
  ]);
  const {
    family,
    form,
    input: { width, height },
    inputName,
    outputs,
  } = spec;
  const input = { width, height };
  return {
    spec,
    labels,
    threads,
    hosts,
    openMessage: (actual, knownForm) => ({
      type: 'open',
      session: {
        modelPath,
        modelName: basename(spec.path),
        inputName,
        outputNames: outputs.map(({ name }) => name),
        input,
        provider: actual,
        threads,
        spinning: maySpin({ cores, hosts }, threads),
      },
      ...(knownForm === undefined && { probe: { model: basename(spec.path) } }),
      decoder: {
        family,
        form: knownForm ?? form,
        options: {
          input,
          classNames: labels.names,
          confThreshold,
          nmsThreshold,
          nms,
          ...(classIds === undefined ? {} : { classIds }),
        },
      },
    }),
  };
}
