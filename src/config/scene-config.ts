import type { SettingsOf } from '../core/keys.js';
import { sceneRules, type SceneOptions, type SceneRules } from '../core/scene-rules.js';
import { SCENE_KEYS, type filterKeys, type SceneSettings } from './keys/scene-keys.js';

/** The scene's part of a camera's keys; undefined if it has none. */
export function sceneSettings(camera: Readonly<Record<string, unknown>>): SceneSettings | undefined {
  const own = Object.entries(camera).filter(([name, value]) => Object.hasOwn(SCENE_KEYS, name) && value !== undefined);
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

/**
 * @param where begins the names of keys in messages: `cameras.front.`, or nothing
 * @param lostMs time for which the stream's tracker keeps a track
 * @throws UsageError for values that contradict each other
 */
export function resolveScene(settings: SceneSettings, where: string, lostMs: number): SceneRules {
  const { zones, lines, masks, objects = {} } = settings;
  const { per_class: perClass, stationary, ...filter } = objects;
  const options: SceneOptions = {
    zones: mapped(zones, ({ points, classes, enter, leave, dwell }) => ({
      points,
      classes,
      enterMs: msOf(enter),
      leaveMs: msOf(leave),
      dwellMs: msOf(dwell),
    })),
    lines: mapped(lines, ({ points, classes, min_distance: minDistance, min_time: time, to_left, to_right }) => ({
      points,
      classes,
      minDistance,
      minMs: msOf(time),
      toLeft: to_left,
      toRight: to_right,
    })),
    masks,
    objects: { ...filterOf(filter), stationaryMs: stationary, perClass: mapped(perClass, filterOf) },
    lostMs,
  };
  return sceneRules(options, (field) => where + field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

function filterOf(filter: SettingsOf<typeof filterKeys>): NonNullable<SceneOptions['objects']> {
  return {
    minScore: filter.min_score,
    threshold: filter.threshold,
    minArea: filter.min_area,
    maxArea: filter.max_area,
    minRatio: filter.min_ratio,
    maxRatio: filter.max_ratio,
  };
}

function msOf(time: number | string | undefined): number | undefined {
  return typeof time === 'string' ? 0 : time;
}

function mapped<T, R>(
  sections: Readonly<Record<string, T>> | undefined,
  change: (section: T) => R,
): Readonly<Record<string, R>> {
  return Object.fromEntries(Object.entries(sections ?? {}).map(([name, section]) => [name, change(section)]));
}
