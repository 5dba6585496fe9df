import type { NmsMode } from '../core/detector.js';
import { UsageError } from '../core/errors.js';
import { findNamed } from '../core/named-kind.js';
import type { TrackLife } from '../core/track-life.js';
import type { OwnDetectSettings } from './keys/detect-keys.js';
import { runKeys, type Parts, type Settings } from './run-keys.js';
import { mergeSettings, withDefaults } from './settings.js';

/** The choice of a stream's frames and results. */
export type StreamDetectConfig = {
  /** Detections with a lower score are dropped, 0 to 1. */
  readonly conf: number;
  /** Names or ids; undefined keeps all. `classIdsOf` turns them into ids. */
  readonly classes: readonly string[] | undefined;
  /** The text of a schedule, as its registry parses it. */
  readonly schedule: string;
  /** Undefined means no budget. */
  readonly budgetMs: number | undefined;
  /** Always true with a forecaster. */
  readonly track: boolean;
  /** For trackers that follow it. */
  readonly trackLife: TrackLife;
  /** `none`, or the text of a forecaster, as its registry parses it. */
  readonly forecast: string;
};

/** The choice for all streams without one of their own. NMS is the detector's, and so of all streams. */
export type DetectConfig = StreamDetectConfig & {
  /** IoU above which NMS drops the lower-scored of two boxes, 0 to 1. */
  readonly nms: number;
  readonly nmsMode: NmsMode;
};

/** The choice of a camera with a `detect` of its own. */
export type OwnDetectConfig = StreamDetectConfig & {
  /** Its share of a busy detector; 1 without a priority. */
  readonly priority: number;
};

type Given = NonNullable<Settings['detect']>;

/** A key of all streams, as messages name it. */
export function keyAndFlag(name: keyof Given): string {
  return `detect.${name} (--${name.replaceAll('_', '-')})`;
}

/** @throws UsageError naming the keys (and flags) that contradict each other */
export function resolveDetect(given: Given, parts: Parts): DetectConfig {
  const { nms, nms_mode: nmsMode } = withDefaults(runKeys(parts).detect.keys, given);
  return { ...resolveStream(given, keyAndFlag, parts, false), nms, nmsMode };
}

/**
 * @param own of the camera, over the file's
 * @param hasScene the camera has zones or other rules, which need tracks
 * @throws UsageError naming the keys that contradict each other
 */
export function resolveOwnDetect(
  id: string,
  own: OwnDetectSettings,
  given: Given,
  parts: Parts,
  hasScene = false,
): OwnDetectConfig {
  const { enabled: _enabled, model: _model, priority = 1, ...over } = own;
  const where = (name: keyof Given): string => (name in over ? `cameras.${id}.detect.${name}` : keyAndFlag(name));
  // A schedule of the camera's own says more than a budget of all cameras.
  const { budget: _budget, ...withoutBudget } = given;
  const under = over.schedule !== undefined && isTimeless(over.schedule, parts) ? withoutBudget : given;
  const resolved = resolveStream(mergeSettings<Given>(under, over), where, parts, hasScene);
  refuseUselessTrackKeys(over, where, [resolved], parts);
  return { ...resolved, priority };
}

function resolveStream(
  given: Given,
  where: (name: keyof Given) => string,
  parts: Parts,
  hasScene: boolean,
): StreamDetectConfig {
  const resolved = withDefaults(runKeys(parts).detect.keys, given);
  const { conf, classes, schedule, budget, forecast } = resolved;
  const track = given.track ?? (hasScene || forecast !== 'none');
  if (hasScene && !track)
    throw new UsageError(
      `${where('track')} is false, but zones, lines and objects need tracking; remove the key, or set it to true`,
    );
  if (forecast !== 'none' && !track)
    throw new UsageError(
      `${where('forecast')} is ${forecast}, which needs tracking; remove ${where('track').replace(/ .*/, '')}, or set it to true`,
    );
  const isWithoutBudget = budget === 'none' || isTimeless(schedule, parts);
  if (isTimeless(schedule, parts) && given.budget !== undefined && budget !== 'none')
    throw new UsageError(
      `${where('budget')} is ${budget} ms, but ${where('schedule')} ${schedule} detects on each frame however late; set the budget to none, or choose another schedule`,
    );
  const trackLife = {
    minConsecutiveFrames: resolved.min_consecutive_frames,
    minTrackScore: resolved.min_track_score,
    lostTrackMs: resolved.lost_track,
  };
  return { conf, classes, schedule, budgetMs: isWithoutBudget ? undefined : budget, track, trackLife, forecast };
}

const TRACK_LIFE_KEYS = ['min_consecutive_frames', 'min_track_score', 'lost_track'] as const;

/**
 * Refuses keys that say when an object is a track, where nothing is tracked or the trackers have a rule of their own.
 * @param choices of the streams for which the keys are given
 */
export function refuseUselessTrackKeys(
  given: Given,
  where: (name: keyof Given) => string,
  choices: readonly StreamDetectConfig[],
  { forecasters }: Parts,
): void {
  const key = TRACK_LIFE_KEYS.find((name) => given[name] !== undefined);
  const tracked = choices.filter(({ track }) => track);
  const isUseful = tracked.some(
    ({ forecast }) => forecast === 'none' || findNamed(forecasters, forecast)?.keepsTrackLife === true,
  );
  if (key === undefined || isUseful) return;
  if (tracked.length === 0)
    throw new UsageError(`${where(key)} is about tracks, and ${where('track')} is off; set it to true`);
  throw new UsageError(
    `${where(key)} has no effect on the forecaster ${tracked[0].forecast}, which has its own rule for tracks; remove the key, or choose another forecaster`,
  );
}

/** The time for which the tracker of a stream keeps an object that it does not see. */
export function lostTrackMs({ forecast, trackLife }: StreamDetectConfig, { forecasters }: Parts): number {
  const keeps = forecast === 'none' || findNamed(forecasters, forecast)?.keepsTrackLife === true;
  return keeps ? trackLife.lostTrackMs : 0;
}

/** True for a schedule that detects on every frame, however late; it has no budget. */
export function isTimeless(schedule: string, { policies }: Parts): boolean {
  return findNamed(policies, schedule)?.keepsAll === true;
}

/** The settings of a file under those of flags. What a flag sets, no camera has of its own. */
export function underFlags(fromFile: Settings, fromFlags: Settings): Settings {
  const merged = mergeSettings(fromFile, fromFlags);
  const { cameras } = fromFile;
  if (cameras === undefined) return merged;
  const flagged = new Set(Object.keys(fromFlags.detect ?? {}));
  if (fromFlags.model?.path !== undefined) flagged.add('model');
  const left = (detect: OwnDetectSettings): OwnDetectSettings =>
    Object.fromEntries(Object.entries(detect).filter(([name]) => !flagged.has(name)));
  return {
    ...merged,
    cameras: Object.fromEntries(
      Object.entries(cameras).map(([name, camera]) => [
        name,
        camera.detect === undefined ? camera : { ...camera, detect: left(camera.detect) },
      ]),
    ),
  };
}
