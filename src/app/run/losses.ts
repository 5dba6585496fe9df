import { counted } from '../../core/counted.js';
import type { UnusableBoxes } from '../../core/detector.js';
import { ModelError, SourceError } from '../../core/errors.js';
import type { DropReason } from '../../core/events.js';
import type { MeasurementsSnapshot, StreamCounts } from '../../pipeline/measurements.js';

/** Drops that no schedule decided on, and what happened to those frames. */
const LOSSES = {
  corrupt: 'were damaged',
  'detector-failed': 'were lost by the detector',
  'detector-down': 'came while the detector hung or restarted',
} as const satisfies Partial<Record<DropReason, string>>;

const REASONS = Object.keys(LOSSES) as (keyof typeof LOSSES)[];

type Counts = Pick<MeasurementsSnapshot, 'streams'>;

/**
 * One text for each stream and reason of a loss, "3 of 100 frames were damaged (dropped as corrupt)", and one for boxes
 * that a network could not give.
 */
export function lossesOf({ streams }: Counts, { boxes, pictures }: UnusableBoxes): string[] {
  const all = Object.entries(streams);
  const dropped = all.flatMap(([id, { received, drops }]) =>
    REASONS.filter((reason) => drops[reason] > 0).map(
      (reason) =>
        `${all.length > 1 ? `${id}: ` : ''}${drops[reason]} of ${counted(received, 'frame')} ${LOSSES[reason]} (dropped as ${reason})`,
    ),
  );
  return boxes === 0 ? dropped : [...dropped, unusableText({ boxes, pictures })];
}

function unusableText({ boxes, pictures }: UnusableBoxes): string {
  return `${counted(boxes, 'prediction')} of the network in ${counted(pictures, 'frame')} were left out, because they are NaN, infinite or of negative size`;
}

/** The failure of a run in which each frame's output held boxes that are none, and nothing else was found. */
export function outputFailure(
  { total }: { readonly total: StreamCounts },
  { boxes, pictures }: UnusableBoxes,
  hasDetected: boolean,
): ModelError | undefined {
  if (pictures === 0 || hasDetected || pictures < total.percepts) return undefined;
  return new ModelError(
    `nothing was detected: ${unusableText({ boxes, pictures })}; export the model in float32, or take another one`,
    { code: 'NOWCAST_MODEL_OUTPUT' },
  );
}

/**
 * The failure of a run that lost every frame, or anything if it is strict; undefined otherwise.
 * @param omissions parts of sources that could not be read
 */
export function lossFailure(
  { total, streams }: { readonly total: StreamCounts; readonly streams: MeasurementsSnapshot['streams'] },
  { unusable, omissions }: { readonly unusable: UnusableBoxes; readonly omissions: readonly string[] },
  isStrict: boolean,
): SourceError | undefined {
  const losses = [...lossesOf({ streams }, unusable), ...omissions];
  if (losses.length === 0) return undefined;
  if (total.percepts === 0) return new SourceError(`nothing was detected: ${losses.join('; ')}`);
  return isStrict ? new SourceError(`${losses.join('; ')}; without --strict the run accepts that`) : undefined;
}
