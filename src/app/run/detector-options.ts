import { classIdsOf } from '../../config/class-ids.js';
import type { DetectConfig, ModelConfig } from '../../config/run-config.js';
import type { ProcessDetectorOptions } from '../../model/host/host-plan.js';
import { loadLabels } from '../../model/labels.js';
import { readModelSpec } from '../../model/model-spec.js';
import { findModel } from '../../model/find-model.js';
import type { AppContext } from '../context.js';

/** The parts of a run's configuration that its detector depends on. */
type DetectorConfig = {
  readonly model: ModelConfig;
  readonly detect: Pick<DetectConfig, 'conf' | 'nms' | 'nmsMode' | 'classes'>;
};

/** Where every frame counts, a detector that does not start this often in a row ends the command. */
export const MAX_FAILED_STARTS = 8;

/**
 * Options of the detector process, from a run's configuration.
 * @throws ModelError if the model cannot be found, or its labels do not fit; UsageError for an unknown class
 */
export async function detectorOptions(
  { model, detect }: DetectorConfig,
  context: AppContext,
): Promise<ProcessDetectorOptions> {
  const { path, entry } = await findModel(model.path, context);
  const labels = model.labels ?? entry?.labels;
  const classIds =
    detect.classes === undefined
      ? undefined
      : classIdsOf(detect.classes, (await loadLabels(labels, await readModelSpec(path, inputOf(model)))).names);
  return {
    model: path,
    ...inputOf(model),
    ...(labels === undefined ? {} : { labels }),
    provider: model.provider,
    ...(model.threads === undefined ? {} : { threads: model.threads }),
    hosts: model.hosts,
    confThreshold: detect.conf,
    nmsThreshold: detect.nms,
    nms: detect.nmsMode,
    ...(classIds === undefined ? {} : { classIds }),
    cacheDir: context.cacheDir,
    probe: !model.isTrusted,
    onLog: (message) => context.log.info(message),
    onWarning: (message) => context.log.warn(message),
  };
}

function inputOf({ input, preprocess }: ModelConfig): Pick<ProcessDetectorOptions, 'input' | 'preprocess'> {
  return { ...(input !== undefined && { input }), ...(preprocess !== undefined && { preprocess }) };
}
