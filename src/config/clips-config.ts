import { UsageError } from '../core/errors.js';
import type { SettingsOf } from '../core/keys.js';
import type { Retention } from '../core/retention.js';
import { clipsKeys, recordKeys } from './keys/clip-keys.js';
import { retentionOf } from './retention-config.js';
import { withDefaults } from './settings.js';

type VideoFolder = {
  /** An absolute path. */
  readonly folder: string;
  /** By name; undefined are all. */
  readonly cameras: readonly string[] | undefined;
  readonly retention: Retention;
};

/** Videos of objects. Times are milliseconds. */
export type ClipsConfig = VideoFolder & { readonly preMs: number; readonly postMs: number; readonly maxMs: number };

/** Videos of all that a camera sends. */
export type RecordConfig = VideoFolder & { readonly segmentMs: number };

/** More would need more memory than a camera may have. */
const MOST_PRE_MS = 60_000;
const LEAST_SEGMENT_MS = 10_000;

/** The sources of the run, and all cameras of the file: those that do not run are no mistake. */
export type Cameras = {
  readonly sources: readonly { readonly id: string; readonly scene?: object }[];
  readonly names: readonly string[];
};

/** @throws UsageError for times that make no clip, or a camera that is not there or has no objects */
export function resolveClips(given: SettingsOf<typeof clipsKeys>, all: Cameras): ClipsConfig {
  const settings = withDefaults(clipsKeys, given);
  const { folder, cameras, pre_roll: preMs, post_roll: postMs, max_length: maxMs } = settings;
  if (preMs > MOST_PRE_MS)
    throw new UsageError(`clips.pre_roll is ${preMs / 1000} s; it must be 60 s or less, because it waits in memory`);
  if (maxMs <= preMs)
    throw new UsageError(
      `clips.max_length is ${maxMs / 1000} s, which the ${preMs / 1000} s before an object fill; make it longer than clips.pre_roll`,
    );
  checkCameras('clips', cameras, all);
  const chosen = all.sources.filter(({ id }) => cameras?.includes(id) !== false);
  const without = cameras && chosen.find(({ scene }) => scene === undefined)?.id;
  if (without !== undefined || chosen.every(({ scene }) => scene === undefined))
    throw new UsageError(
      `clips is about objects, and no objects are followed on ${without ?? 'any camera'}; add zones, lines or an empty section \`objects: {}\` to it, or use record for all of the video`,
    );
  return { folder, cameras, preMs, postMs, maxMs, retention: retentionOf(settings) };
}

/** @throws UsageError for segments that are too short, or a camera that is not there */
export function resolveRecord(given: SettingsOf<typeof recordKeys>, all: Cameras): RecordConfig {
  const settings = withDefaults(recordKeys, given);
  const { folder, cameras, segment: segmentMs } = settings;
  if (segmentMs < LEAST_SEGMENT_MS)
    throw new UsageError(`record.segment is ${segmentMs / 1000} s; it must be 10 s or more`);
  checkCameras('record', cameras, all);
  return { folder, cameras, segmentMs, retention: retentionOf(settings) };
}

function checkCameras(section: string, cameras: readonly string[] = [], { sources, names }: Cameras): void {
  const known = [...new Set([...sources.map(({ id }) => id), ...names])];
  const missing = cameras.find((name) => !known.includes(name));
  if (missing !== undefined)
    throw new UsageError(`${section}.cameras has "${missing}", which is no camera (there are ${known.join(', ')})`);
}
