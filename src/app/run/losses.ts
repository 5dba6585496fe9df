import { SourceError } from '../../core/errors.js';
import type { DropReason } from '../../core/events.js';
import type { MeasurementsSnapshot, StreamCounts } from '../../pipeline/measurements.js';

/** Drops that no schedule decided on, and what happened to those frames. */
const LOSSES = {
  corrupt: 'were damaged',
  'detector-failed': 'were lost by the detector',
} as const satisfies Partial<Record<DropReason, string>>;

const REASONS = Object.keys(LOSSES) as (keyof typeof LOSSES)[];

/** One text for each stream and reason of a loss: "3 of 100 frames were damaged (dropped as corrupt)". */
export function lossesOf({ streams }: Pick<MeasurementsSnapshot, 'streams'>): string[] {
  const all = Object.entries(streams);
  return all.flatMap(([id, { received, drops }]) =>
    REASONS.filter((reason) => drops[reason] > 0).map(
      (reason) =>
        `${all.length > 1 ? `${id}: ` : ''}${drops[reason]} of ${received} frames ${LOSSES[reason]} (dropped as ${reason})`,
    ),
  );
}

/**
 * The failure of a run that lost every frame, or anything if it is strict; undefined otherwise.
 * @param omissions parts of sources that could not be read
 */
export function lossFailure(
  { total, streams }: { readonly total: StreamCounts; readonly streams: MeasurementsSnapshot['streams'] },
  omissions: readonly string[],
  isStrict: boolean,
): SourceError | undefined {
  const losses = [...lossesOf({ streams }), ...omissions];
  if (losses.length === 0) return undefined;
  if (total.percepts === 0) return new SourceError(`nothing was detected: ${losses.join('; ')}`);
  return isStrict ? new SourceError(`${losses.join('; ')}; without --strict the run accepts that`) : undefined;
}
