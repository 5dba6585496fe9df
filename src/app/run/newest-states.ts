import type { PipelineEvent } from '../../core/events.js';
import { isSceneEvent, type SceneEvent } from '../../core/scene-events.js';

type State = { readonly streamId: string; readonly event: PipelineEvent | SceneEvent };

/** The newest state, counts and crossings of each stream, for those who come later. */
export class NewestStates {
  readonly #states = new Map<string, State>();

  get all(): readonly (PipelineEvent | SceneEvent)[] {
    return [...this.#states.values()].map(({ event }) => event);
  }

  seen(event: PipelineEvent | SceneEvent): void {
    const key = keyOf(event);
    if (key !== undefined) this.#states.set(`${key} ${event.streamId}`, { streamId: event.streamId!, event });
  }

  /** Forgets the streams that are not among these. */
  keep(streamIds: readonly string[]): void {
    for (const [key, { streamId }] of this.#states) if (!streamIds.includes(streamId)) this.#states.delete(key);
  }
}

function keyOf(event: PipelineEvent | SceneEvent): string | undefined {
  if (isSceneEvent(event)) {
    if (event.type === 'crossing') return JSON.stringify([event.line, event.direction]);
    return event.type === 'count' ? 'count' : undefined;
  }
  return event.type === 'status' && event.streamId !== undefined ? 'status' : undefined;
}
