import { anchoredRun, parseInputSize } from '../../config/run-config.js';
import { DETECTOR_DEFAULTS } from '../../config/run-keys.js';
import type { Detector } from '../../core/detector.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import { findModel } from '../../model/zoo.js';
import type { AppContext } from '../context.js';
import { PARTS } from '../parts.js';
import { readRunFlags, type RunFlagValues } from '../../cli/run-flags.js';

/** YOLOX's own thresholds for evaluation: AP wants the unlikely detections too. */
const FOR_AP = { conf: 0.01, nms: 0.65 } as const;

/**
 * The detector that the flags ask for.
 * @param thresholds where the flags give none
 * @throws UsageError naming the flag that is wrong; ModelError where the model cannot be had
 */
export async function openEvalDetector(context: AppContext, flags: RunFlagValues, thresholds: { readonly conf: number; readonly nms: number } = FOR_AP): Promise<Detector> {
  const { model = {}, detect = {} } = anchoredRun(readRunFlags(flags), process.cwd(), PARTS);
  const { path } = await findModel(model.path ?? DETECTOR_DEFAULTS.model, context.cacheDir);
  return createProcessDetector({
    model: path,
    ...(model.input === undefined ? {} : { input: parseInputSize(model.input, '--input') }),
    ...(model.labels === undefined ? {} : { labels: model.labels }),
    provider: model.provider ?? DETECTOR_DEFAULTS.provider,
    ...(model.threads === undefined ? {} : { threads: model.threads }),
    confThreshold: detect.conf ?? thresholds.conf,
    nmsThreshold: detect.nms ?? thresholds.nms,
    nms: 'per-class',
    cacheDir: context.cacheDir,
    onLog: (message) => context.log.info(message),
  });
}
