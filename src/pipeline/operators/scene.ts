import { Observable, type OperatorFunction } from 'rxjs';
import type { PipelineEvent } from '../../core/events.js';
import type { SceneEvent } from '../../core/scene-events.js';
import type { SceneRules } from '../../core/scene-rules.js';
import { EMPTY_SCENE, endScene, nextScene, type SceneState } from '../../scene/scene.js';

/** The rules of every stream, or a choice of them; undefined leaves a stream without. */
export type StreamScenes = SceneRules | ((streamId: string) => SceneRules | undefined);

/**
 * Passes every event, each followed by what it changes in the scene of its stream: objects, crossings and counts. Its
 * percepts must have tracks. When the source completes, every object ends.
 *
 * ```ts
 * createPipeline({ sources, detector, clock, tracker: trackerByName('nowcast') }).pipe(
 *   scene(sceneRules({ zones: { yard: { points: [[0, 0.5], [1, 0.5], [1, 1], [0, 1]] } } })),
 * );
 * ```
 *
 * @param kept the scenes by stream, of a caller whose streams go on with another source
 */
export function scene(
  rules: StreamScenes,
  kept?: Map<string, SceneState>,
): OperatorFunction<PipelineEvent, PipelineEvent | SceneEvent> {
  const rulesOf = typeof rules === 'function' ? rules : () => rules;
  return (source) =>
    new Observable((subscriber) => {
      const states = kept ?? new Map<string, SceneState>();
      return source.subscribe({
        next(event) {
          subscriber.next(event);
          const { streamId } = event;
          const own = streamId === undefined ? undefined : rulesOf(streamId);
          if (streamId === undefined || own === undefined) return;
          const { state, events } = nextScene(own, states.get(streamId) ?? EMPTY_SCENE, event);
          states.set(streamId, state);
          for (const one of events) subscriber.next(one);
        },
        error: (error: unknown) => subscriber.error(error),
        complete() {
          for (const [streamId, state] of states) {
            const own = rulesOf(streamId);
            if (own === undefined) continue;
            const { state: after, events } = endScene(own, state, streamId, 'run-ended');
            states.set(streamId, after);
            for (const one of events) subscriber.next(one);
          }
          subscriber.complete();
        },
      });
    });
}
