import type { Annotation } from '../../../synth/annotate.js';
import { SYNTH_CLASSES } from '../../../synth/classes.js';
import { drawConditions } from '../../../synth/conditions.js';
import type { ModelDetectorInfo } from '../../core/detector.js';
import type { RunMessage, TrueObject } from '../../streaming/live-page/page-messages.js';
import type { TrackerFactory } from '../../track/tracker.js';
import { DEMO_FPS, DEMO_SIZE } from './demo-source.js';
import type { DemoPlan } from './plan.js';

/** What runs, for the page. */
export function runMessage(
  { run: { detect }, seed }: DemoPlan,
  info: ModelDetectorInfo,
  forecaster: TrackerFactory | undefined,
): RunMessage {
  const { time, weather } = drawConditions(seed);
  return {
    type: 'run',
    model: info.model,
    provider: info.provider,
    threads: info.threads,
    input: `${info.input.width}x${info.input.height}`,
    schedule: detect.schedule,
    budgetMs: detect.budgetMs ?? null,
    forecaster: forecaster?.name ?? null,
    fps: DEMO_FPS,
    ...DEMO_SIZE,
    seed,
    conditions: `${time}, ${weather}`,
  };
}

/** An object of the drive, for the page: its box to a tenth of a pixel. */
export function trueObject({ box, classId, trackId }: Annotation): TrueObject {
  const round = (value: number): number => Math.round(value * 10) / 10;
  return { box: [round(box.x1), round(box.y1), round(box.x2), round(box.y2)], class: SYNTH_CLASSES[classId], trackId };
}
