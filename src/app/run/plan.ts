import type { StreamDetectConfig } from '../../config/detect-config.js';
import type { RunConfig } from '../../config/run-config.js';
import { aboutKeys } from '../../core/error-key.js';
import { NowcastError, UsageError } from '../../core/errors.js';
import type { SceneRules } from '../../core/scene-rules.js';
import type { ProcessDetectorOptions } from '../../model/host/host-plan.js';
import { loadLabels } from '../../model/labels.js';
import { readModelSpec } from '../../model/model-spec.js';
import type { AppContext } from '../context.js';
import type { RunParts } from '../parts.js';
import { sourceEntry } from '../parts.js';
import { openingsOf } from './detectors.js';
import { prepareSinks } from './sinks.js';

/** What a run would do, without secrets. */
export type RunPlan = {
  readonly isValid: true;
  /** The file of the model. */
  readonly model: string;
  readonly detectors: RunConfig['model']['hosts'];
  readonly streams: readonly {
    readonly id: string;
    readonly source: string;
    /** Its other stream, for a service's recordings, clips and full-size video. */
    readonly record?: string;
    /** The kind of the source, as `a camera`. */
    readonly is: string;
    readonly detect: StreamDetectConfig & { readonly priority: number };
    /** The file of its model, in a service with several. */
    readonly model?: string;
    /** It waits for its switch. */
    readonly isOff?: true;
    /** Names of its zones, lines and masks, if its objects are followed. */
    readonly scene?: Readonly<Record<'zones' | 'lines' | 'masks', readonly string[]>>;
  }[];
  readonly outputs: readonly { readonly kind: string; readonly settings: Readonly<Record<string, unknown>> }[];
};

/**
 * Checks a run without opening a source or starting a detector: its model, its classes and its outputs. The places of
 * these are tried.
 * @throws UsageError for a problem that would keep it from starting
 */
export async function planRun(config: RunConfig, context: AppContext, parts: RunParts): Promise<RunPlan> {
  const openings = await asUsage(async () => {
    await prepareSinks(config, parts);
    const all = await openingsOf(config, context);
    for (const { options, keys } of all.values()) await aboutKeys(keys, () => checkModel(options));
    return all;
  });
  const fileOf = (model = config.model.path): string => openings.get(model)!.options.model;
  const plan: RunPlan = {
    isValid: true,
    model: fileOf(config.sources[0].model),
    detectors: config.model.hosts,
    streams: config.sources.map(({ id, kind, address, record, detect, scene, model, isOff }) => ({
      id,
      source: address,
      ...(record !== undefined && { record }),
      is: sourceEntry(kind, parts).is,
      detect: { ...streamPart(detect ?? config.detect), priority: detect?.priority ?? 1 },
      ...(openings.size > 1 && { model: fileOf(model) }),
      ...(isOff === true && { isOff }),
      ...(scene !== undefined && { scene: namesIn(scene) }),
    })),
    outputs: config.sinks.map(({ kind, settings }) => ({ kind, settings })),
  };
  return context.redact(plan) as RunPlan;
}

async function checkModel(options: ProcessDetectorOptions): Promise<void> {
  await loadLabels(options.labels, await readModelSpec(options.model, options));
}

function namesIn({ zones, lines, masks }: SceneRules): NonNullable<RunPlan['streams'][number]['scene']> {
  return { zones: Object.keys(zones), lines: Object.keys(lines), masks: Object.keys(masks) };
}

function streamPart({
  conf,
  classes,
  schedule,
  budgetMs,
  track,
  trackLife,
  forecast,
}: StreamDetectConfig): StreamDetectConfig {
  return { conf, classes, schedule, budgetMs, track, trackLife, forecast };
}

/** A problem that a run would meet at its start is one of its configuration here. */
export async function asUsage<T>(check: () => T | Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (cause) {
    if (!(cause instanceof NowcastError) || cause instanceof UsageError) throw cause;
    throw new UsageError(cause.message, { cause, code: cause.code, keys: cause.keys });
  }
}
