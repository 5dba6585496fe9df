import { isDeepStrictEqual } from 'node:util';
import type { SourceConfig } from '../../config/run-sources.js';
import { counted } from '../../core/counted.js';
import type { SceneEvent } from '../../core/scene-events.js';
import type { SceneRules } from '../../core/scene-rules.js';
import type { Log } from '../context.js';
import type { SceneState } from '../../scene/scene.js';
import { withModelClasses } from './scene-classes.js';
import { SceneTally, type SceneSummary } from './scene-tally.js';

/** The scene of a stream while its rules stay the same. */
export type OpenScene = { readonly rules: SceneRules; readonly states: Map<string, SceneState> };

/** What happened in the scenes of a run's streams. */
export class RunScenes {
  readonly #tallies = new Map<string, SceneTally>();
  readonly #open = new Map<string, OpenScene>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /**
   * Begins the scene of a stream, or goes on with it if its rules are those that it had.
   * @param classNames of its model
   * @returns undefined if it has none
   * @throws UsageError naming a class that the model does not have
   */
  begin({ id, scene }: Pick<SourceConfig, 'id' | 'scene'>, classNames: readonly string[]): OpenScene | undefined {
    if (scene === undefined) return undefined;
    const rules = withModelClasses(scene, classNames, id);
    const before = this.#open.get(id);
    if (before !== undefined && isDeepStrictEqual(before.rules, rules)) return before;
    this.#log.info(`${id}: objects are tracked, with ${contentText(scene)}`);
    this.#tallies.set(id, new SceneTally(scene));
    const open: OpenScene = { rules, states: new Map() };
    this.#open.set(id, open);
    return open;
  }

  seen(event: SceneEvent): void {
    this.#tallies.get(event.streamId)?.seen(event);
  }

  summaryOf(streamId: string): SceneSummary | undefined {
    return this.#tallies.get(streamId)?.summary;
  }
}

function contentText({ zones, lines, masks }: SceneRules): string {
  return [
    counted(Object.keys(zones).length, 'zone'),
    counted(Object.keys(lines).length, 'line'),
    counted(Object.keys(masks).length, 'mask'),
  ].join(', ');
}
