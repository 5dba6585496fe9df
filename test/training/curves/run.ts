import type { CurvesInput } from '../../../training/curves/page.js';
import type { StepReport } from '../../../training/run-log.js';
import { randomSource } from '../../helpers/random.js';

export const CLASS_NAMES = ['car', 'bus'];

/** A typical run: the loss falls, and the last tenth has the L1 loss. */
export function reportsOf(count: number, steps = count): StepReport[] {
  const { uniform } = randomSource(1);
  return Array.from({ length: count }, (_, i): StepReport => {
    const [iou, objectness, classes] = [2, 4, 1].map((height) => height * Math.exp((-3 * i) / steps) + 0.3 * uniform());
    const l1 = i < 0.9 * steps ? 0 : 0.4;
    return {
      type: 'step',
      step: i + 1,
      steps,
      epoch: Math.floor((10 * i) / steps) + 1,
      lr: 0.01 * (1 - i / steps),
      loss: iou + objectness + classes + l1,
      iou,
      objectness,
      classes,
      l1,
      positives: 50,
    };
  });
}

export function runOf(count: number): CurvesInput {
  const validations = [0.5, 1].map((share) => ({
    type: 'validation' as const,
    step: Math.round(count * share),
    ap: 0.4 * share,
    ap50: 0.7 * share,
    apPerClass: [0.8 * share, null],
  }));
  return {
    title: 'Training of yolox-nano',
    facts: [['seed', '0']],
    classNames: CLASS_NAMES,
    steps: reportsOf(count),
    validations,
  };
}
