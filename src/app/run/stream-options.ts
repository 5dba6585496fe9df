import { classIdsOf } from '../../config/class-ids.js';
import type { StreamDetectConfig } from '../../config/detect-config.js';
import type { Detection } from '../../core/detection.js';
import type { StreamOptions } from '../../pipeline/create-pipeline.js';
import { policyByName } from '../../scheduling/kinds.js';
import { trackerByName } from '../../track/kinds.js';
import type { TrackerFactory } from '../../track/tracker.js';
import type { RunParts } from '../parts.js';

/** @param keepsOwn false if the detector gives only what the stream keeps */
export function streamOptions(
  choice: StreamDetectConfig & { readonly priority?: number },
  classNames: readonly string[],
  keepsOwn: boolean,
  parts: RunParts,
): StreamOptions {
  return {
    policy: policyByName(choice.schedule, parts.policies),
    latencyBudgetMs: choice.budgetMs,
    priority: choice.priority,
    tracker: trackerOf(choice, parts),
    forecast: choice.forecast !== 'none',
    keep: keepsOwn ? keeps(choice, classNames) : undefined,
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
