import { classIdsOf } from '../../config/class-ids.js';
import type { DetectConfig } from '../../config/detect-config.js';
import type { ModelConfig, RunConfig } from '../../config/run-config.js';
import type { ProcessDetectorOptions } from '../../model/host/host-plan.js';
import { loadLabels } from '../../model/labels.js';
import { readModelSpec } from '../../model/model-spec.js';
import { findModel } from '../../model/find-model.js';
import type { AppContext } from '../context.js';
import { namesClasses, withModelClasses } from './scene-classes.js';

/** The parts of a run's configuration that its detector depends on. */
type DetectorConfig = {
  readonly model: ModelConfig;
  readonly detect: Pick<DetectConfig, 'conf' | 'nms' | 'nmsMode' | 'classes'>;
  /** Streams with a choice of their own need its detections too. Default: none. */
  readonly sources?: RunConfig['sources'];
};

/** Where every frame counts, a detector that does not start this often in a row ends the command. */
export const MAX_FAILED_STARTS = 8;

/**
 * Options of the detector process, from a run's configuration: a detection that any stream keeps comes out.
 * @throws ModelError if the model cannot be found, or its labels do not fit; UsageError for an unknown class
 */
export async function detectorOptions(config: DetectorConfig, context: AppContext): Promise<ProcessDetectorOptions> {
  const { model, detect } = config;
  const { path, entry } = await findModel(model.path, context);
  const labels = model.labels ?? entry?.labels;
  const choices = choicesOf(config);
  const classNames = async (): Promise<readonly string[]> =>
    (await loadLabels(labels, await readModelSpec(path, inputOf(model)))).names;
  const classIds = choices.every(({ classes }) => classes === undefined)
    ? undefined
    : unionOf(choices, await classNames());
  // Before the detector starts, so that a misspelled class costs no time.
  for (const { id, scene } of config.sources ?? [])
    if (scene !== undefined && namesClasses(scene)) withModelClasses(scene, await classNames(), id);
  return {
    model: path,
    ...inputOf(model),
    ...(labels === undefined ? {} : { labels }),
    provider: model.provider,
    ...(model.threads === undefined ? {} : { threads: model.threads }),
    hosts: model.hosts === 'auto' ? 1 : model.hosts,
    confThreshold: Math.min(...choices.map(({ conf }) => conf)),
    nmsThreshold: detect.nms,
    nms: detect.nmsMode,
    ...(classIds === undefined ? {} : { classIds }),
    cacheDir: context.cacheDir,
    probe: !model.isTrusted,
    onLog: (message) => context.log.info(message),
    onWarning: (message) => context.log.warn(message),
  };
}

/** The choices of a run's streams, each with the key of its classes. */
function choicesOf({ detect, sources = [] }: DetectorConfig): readonly Choice[] {
  const ofTheRun = { ...detect, where: 'detect.classes (--classes)' };
  const each = sources.map(({ id, detect: own }) =>
    own === undefined || String(own.classes) === String(detect.classes)
      ? { ...ofTheRun, conf: (own ?? detect).conf }
      : { ...own, where: `cameras.${id}.detect.classes` },
  );
  return each.length === 0 ? [ofTheRun] : each;
}

type Choice = Pick<DetectConfig, 'conf' | 'classes'> & { readonly where: string };

/** The ids of all classes that a stream keeps; undefined if one keeps all. */
function unionOf(choices: readonly Choice[], names: readonly string[]): number[] | undefined {
  // Each is looked at, so that an unknown class of any stream is an error.
  const ids = choices.map(({ classes, where }) => classes && classIdsOf(classes, names, where));
  if (ids.some((own) => own === undefined)) return undefined;
  return [...new Set(ids.flatMap((own) => own ?? []))].sort((a, b) => a - b);
}

function inputOf({ input, preprocess }: ModelConfig): Pick<ProcessDetectorOptions, 'input' | 'preprocess'> {
  return { ...(input !== undefined && { input }), ...(preprocess !== undefined && { preprocess }) };
}
