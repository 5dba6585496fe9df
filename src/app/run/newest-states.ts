import { isDeepStrictEqual } from 'node:util';
import type { PipelineEvent } from '../../core/events.js';
import { isSceneEvent, type SceneEvent } from '../../core/scene-events.js';
import type { SinkSource } from '../../streaming/sinks/sink-kind.js';

type Source = Pick<SinkSource, 'id' | 'scene'>;
type State = { readonly streamId: string; readonly event: PipelineEvent | SceneEvent };

/** The newest state, counts and crossings of each stream, for those who come later. */
export class NewestStates {
  readonly #states = new Map<string, State>();
  #sources: readonly Source[];

  /** @param sources those that the first events are of */
  constructor(sources: readonly Source[]) {
    this.#sources = sources;
  }

  seen(event: PipelineEvent | SceneEvent): void {
    const key = keyOf(event);
    if (key !== undefined) this.#states.set(`${key} ${event.streamId}`, { streamId: event.streamId!, event });
  }

  /** Those that go on with these sources: a scene with other rules begins anew. */
  of(sources: readonly Source[]): readonly (PipelineEvent | SceneEvent)[] {
    return [...this.#states.values()].filter((state) => this.#goesOn(state, sources)).map(({ event }) => event);
  }

  /** Forgets the others. Events are of these sources from now on. */
  keep(sources: readonly Source[]): void {
    for (const [key, state] of this.#states) if (!this.#goesOn(state, sources)) this.#states.delete(key);
    this.#sources = sources;
  }

  #goesOn({ streamId, event }: State, sources: readonly Source[]): boolean {
    const [before, after] = [this.#sources, sources].map((all) => all.find(({ id }) => id === streamId));
    return after !== undefined && (!isSceneEvent(event) || isDeepStrictEqual(before?.scene, after.scene));
  }
}

function keyOf(event: PipelineEvent | SceneEvent): string | undefined {
  if (isSceneEvent(event)) {
    if (event.type === 'crossing') return JSON.stringify([event.line, event.direction]);
    return event.type === 'count' ? 'count' : undefined;
  }
  return event.type === 'status' && event.streamId !== undefined ? 'status' : undefined;
}
