import { UsageError } from '../core/errors.js';
import type { SettingsOf } from '../core/keys.js';
import type { Retention } from '../core/retention.js';
import { snapshotsKeys, type cameraSnapshotKeys } from './keys/snapshot-keys.js';
import { retentionOf } from './retention-config.js';
import { withDefaults } from './settings.js';

/** The pictures of a camera's objects. */
export type PictureRule = {
  readonly isEnabled: boolean;
  /** Cut to the object. */
  readonly isCropped: boolean;
  /** In pixels; undefined keeps the camera's resolution. */
  readonly maxHeight: number | undefined;
  /** Of the JPEG, 1 to 100. */
  readonly quality: number;
};

export type SnapshotsConfig = {
  /** An absolute path; undefined keeps the newest pictures in memory. */
  readonly folder: string | undefined;
  readonly retention: Retention;
  /** Of cameras without a rule of their own. */
  readonly rule: PictureRule;
};

type Given = SettingsOf<typeof snapshotsKeys>;

export function resolveSnapshots(given: Given): SnapshotsConfig {
  const { folder, ...rest } = withDefaults(snapshotsKeys, given);
  return { folder, retention: retentionOf(rest), rule: pictureRule(given) };
}

/**
 * @param own of the camera, over the file's
 * @throws UsageError for a camera without objects
 */
export function resolveOwnSnapshots(
  id: string,
  own: SettingsOf<typeof cameraSnapshotKeys>,
  given: Given,
  hasScene: boolean,
): PictureRule {
  if (!hasScene)
    throw new UsageError(
      `cameras.${id}.snapshots is about objects, and no objects are followed on ${id}; add zones, lines or an empty section \`objects: {}\` to it`,
    );
  return pictureRule({ ...given, ...own });
}

function pictureRule(given: Given): PictureRule {
  const { enabled, crop, height, quality } = withDefaults(snapshotsKeys, given);
  return { isEnabled: enabled, isCropped: crop, maxHeight: height, quality };
}
