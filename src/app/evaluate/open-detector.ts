import { anchored, parseInputSize } from '../../config/run-config.js';
import { DEFAULTS } from '../../config/schema.js';
import type { Detector } from '../../core/detector.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import { findModel } from '../../model/zoo.js';
import type { AppContext } from '../context.js';
import { readRunFlags, type RunFlagValues } from '../../cli/run-flags.js';

/** YOLOX's own thresholds for evaluation: AP wants the unlikely detections too. */
const FOR_AP = { conf: 0.01, nms: 0.65 } as const;

/**
 * The detector that the flags ask for.
 * @param thresholds where the flags give none
 * @throws UsageError naming the flag that is wrong; ModelError where the model cannot be had
 */
export async function openEvalDetector(context: AppContext, flags: RunFlagValues, thresholds: { readonly conf: number; readonly nms: number } = FOR_AP): Promise<Detector> {
  const { model = {}, detect = {} } = anchored(readRunFlags(flags), process.cwd());
  const { path } = await findModel(model.path ?? DEFAULTS.model, context.cacheDir);
  return createProcessDetector({
    model: path,
    ...(model.input === undefined ? {} : { input: parseInputSize(model.input, '--input') }),
    ...(model.preprocess === undefined ? {} : { preprocess: model.preprocess }),
    ...(model.labels === undefined ? {} : { labels: model.labels }),
    provider: model.provider ?? DEFAULTS.provider,
    ...(model.threads === undefined ? {} : { threads: model.threads }),
    confThreshold: detect.conf ?? thresholds.conf,
    nmsThreshold: detect.nms ?? thresholds.nms,
    nms: 'per-class',
    cacheDir: context.cacheDir,
    onLog: (message) => context.log.info(message),
  });
}
