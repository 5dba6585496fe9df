import type { RunConfig } from '../../config/run-config.js';
import { counted } from '../../core/counted.js';
import type { SceneEvent } from '../../core/scene-events.js';
import type { SceneRules } from '../../core/scene-rules.js';
import type { Log } from '../context.js';
import { withModelClasses } from './scene-classes.js';
import { SceneTally, type SceneSummary } from './scene-tally.js';

/** The scenes of a run's streams: their rules, and what happened in them. */
export class RunScenes {
  readonly #scenes: ReadonlyMap<string, { readonly rules: SceneRules; readonly tally: SceneTally }>;

  /** @param classNames of the model */
  constructor(sources: RunConfig['sources'], classNames: readonly string[], log: Log) {
    this.#scenes = new Map(
      sources.flatMap(({ id, scene }) => {
        if (scene === undefined) return [];
        log.info(`${id}: objects are tracked, with ${contentText(scene)}`);
        return [[id, { rules: withModelClasses(scene, classNames, id), tally: new SceneTally(scene) }]];
      }),
    );
  }

  rulesOf(streamId: string): SceneRules | undefined {
    return this.#scenes.get(streamId)?.rules;
  }

  seen(event: SceneEvent): void {
    this.#scenes.get(event.streamId)?.tally.seen(event);
  }

  summaryOf(streamId: string): SceneSummary | undefined {
    return this.#scenes.get(streamId)?.tally.summary;
  }
}

function contentText({ zones, lines, masks }: SceneRules): string {
  return [
    counted(Object.keys(zones).length, 'zone'),
    counted(Object.keys(lines).length, 'line'),
    counted(Object.keys(masks).length, 'mask'),
  ].join(', ');
}
