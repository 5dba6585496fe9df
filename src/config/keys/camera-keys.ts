import type { Keys, SettingsOf } from '../../core/keys.js';
import type { SourceKind } from '../../core/source-kind.js';
import { recogniseSource } from '../sources.js';
import { detectKeys, ownDetectKeys } from './detect-keys.js';
import { SCENE_KEYS } from './scene-keys.js';
import { cameraSnapshotKeys } from './snapshot-keys.js';

/** The keys that every camera has. */
export const cameraKeys = {
  source: {
    type: 'either',
    of: [
      { type: 'text', isNumberToo: true, description: 'Source of the stream.' },
      {
        type: 'section',
        description: 'Two streams of one camera.',
        keys: {
          detect: {
            type: 'text',
            required: true,
            isNumberToo: true,
            description: 'Stream whose pictures go to the detector: the small one.',
          },
          record: {
            type: 'text',
            required: true,
            description:
              'Stream of the same camera for recordings, clips, and the full-size video of the page of `nowcast serve`.',
          },
        },
      },
    ],
    required: true,
    description: 'Source of the stream, or two streams of one camera.',
  },
  enabled: { type: 'boolean', description: 'Run this camera.', default: true },
  detect: {
    type: 'section',
    description: 'Choice of frames and results of this camera, over the `detect` of the file.',
    keys: ownDetectKeys(detectKeys),
  },
  ...SCENE_KEYS,
  snapshots: {
    type: 'section',
    description: 'Pictures of the objects of this camera, over the `snapshots` of the file.',
    keys: cameraSnapshotKeys,
  },
} as const satisfies Keys;

/** The keys that every camera has, and those of its kind. */
export type CameraSettings = SettingsOf<typeof cameraKeys> & { readonly [key: string]: unknown };

/** The texts of a camera's sources by their roles. Without a `record`, that of `detect` has both. */
export function rolesOf({ source }: Pick<CameraSettings, 'source'>): {
  readonly detect: string;
  readonly record?: string;
} {
  if (typeof source === 'string') return { detect: source };
  const { detect, record } = source;
  return record.trim() === detect.trim() ? { detect } : { detect, record };
}

/**
 * Keys of a camera that only sources of another kind have, each with the reason. A path may be of every kind that takes
 * paths, until the disk is looked at.
 */
export function misplacedKeys(
  camera: CameraSettings,
  sources: readonly SourceKind[],
): Readonly<Record<string, string>> {
  const { kind } = recogniseSource(rolesOf(camera).detect, sources);
  const possible = kind === undefined ? sources.filter((one) => one.takesPath !== undefined) : [kind];
  return foreignKeys(camera, possible, kind?.is ?? 'a file or folder', sources);
}

/**
 * Keys that none of these kinds has, each with the reason.
 * @param is completes "this source is …"
 */
export function foreignKeys(
  camera: CameraSettings,
  kinds: readonly SourceKind[],
  is: string,
  sources: readonly SourceKind[],
): Readonly<Record<string, string>> {
  const foreign = Object.keys(camera).filter(
    (name) => !Object.hasOwn(cameraKeys, name) && !kinds.some(({ keys }) => Object.hasOwn(keys, name)),
  );
  return Object.fromEntries(
    foreign.map((name) => [
      name,
      `only ${ownersOf(name, sources)} has this key, and this source is ${is}; remove the key`,
    ]),
  );
}

/** The kinds of source that have a key: `a pipe or a video file`. */
export function ownersOf(name: string, sources: readonly SourceKind[]): string {
  const owners = sources.filter(({ keys }) => Object.hasOwn(keys, name)).map(({ is }) => is.replace(/,.*/, ''));
  return owners.length < 2 ? owners.join() : `${owners.slice(0, -1).join(', ')} or ${owners.at(-1)}`;
}
