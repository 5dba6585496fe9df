import { classIdsOf } from '../../config/class-ids.js';
import type { StreamDetectConfig } from '../../config/detect-config.js';
import type { RunConfig } from '../../config/run-config.js';
import type { Detection } from '../../core/detection.js';
import type { StreamOptions } from '../../pipeline/create-pipeline.js';
import { policyByName } from '../../scheduling/kinds.js';
import { trackerByName } from '../../track/kinds.js';
import type { TrackerFactory } from '../../track/tracker.js';
import type { RunParts } from '../parts.js';

/** The options of a run's streams: those of all, and by its id those of a camera with a `detect` of its own. */
export function streamOptions(
  { detect, sources }: Pick<RunConfig, 'detect' | 'sources'>,
  classNames: readonly string[],
  parts: RunParts,
): StreamOptions & { readonly streams: ReadonlyMap<string, StreamOptions> } {
  const isShared = sources.some(({ detect: own }) => own !== undefined);
  const optionsOf = (choice: StreamDetectConfig): StreamOptions => ({
    policy: policyByName(choice.schedule, parts.policies),
    latencyBudgetMs: choice.budgetMs,
    tracker: trackerOf(choice, parts),
    forecast: choice.forecast !== 'none',
    // The detector has the thresholds of all streams together.
    keep: isShared ? keeps(choice, classNames) : undefined,
  });
  return {
    ...optionsOf(detect),
    streams: new Map(
      sources.flatMap(({ id, detect: own }): [string, StreamOptions][] =>
        own === undefined ? [] : [[id, { ...optionsOf(own), priority: own.priority }]],
      ),
    ),
  };
}

function keeps({ conf, classes }: StreamDetectConfig, names: readonly string[]): (detection: Detection) => boolean {
  const ids = classes && new Set(classIdsOf(classes, names));
  return ({ score, classId }) => score >= conf && (ids === undefined || ids.has(classId));
}

/** Tracks objects when no forecaster is chosen. */
const PLAIN_TRACKER = 'nowcast';

function trackerOf(
  { track, trackLife, forecast }: StreamDetectConfig,
  { forecasters }: RunParts,
): TrackerFactory | undefined {
  if (!track) return undefined;
  const factory = forecast === 'none' ? trackerByName(PLAIN_TRACKER) : trackerByName(forecast, forecasters);
  return { ...factory, create: (options) => factory.create({ ...trackLife, ...options }) };
}
