import type { Detection } from '../../src/core/detection.js';
import type { PerceptEvent, PipelineEvent, StatusEvent } from '../../src/core/events.js';
import { OWN_TIMES } from '../../src/core/frame.js';
import type { CountEvent, CrossingEvent, ObjectEvent, SceneEvent } from '../../src/core/scene-events.js';
import { sceneRules, type SceneOptions } from '../../src/core/scene-rules.js';
import { EMPTY_SCENE, endScene, nextScene, type SceneState } from '../../src/scene/scene.js';

export const STREAM = 'gate';
export const SIZE = { width: 1000, height: 500 };
export const CLASSES = ['person', 'car', 'dog'];

/** A detection whose lower edge has its middle at these fractions of the picture. */
export function standing(x: number, y: number, over: Partial<Detection> = {}): Detection {
  const [footX, footY] = [x * SIZE.width, y * SIZE.height];
  return {
    box: { x1: footX - 20, y1: footY - 80, x2: footX + 20, y2: footY },
    score: 0.8,
    classId: 0,
    className: 'person',
    trackId: 1,
    ...over,
  };
}

export function percept(
  seq: number,
  ptsMs: number,
  detections: readonly Detection[],
  over: Partial<PerceptEvent> & { readonly capturedAtMs?: number } = {},
): PerceptEvent {
  const { capturedAtMs = 5000 + ptsMs, ...rest } = over;
  const times = { readyAtMs: 0, startedAtMs: 0, inferStartMs: 0, inferEndMs: 0, doneAtMs: 0, emittedAtMs: 0 };
  return {
    type: 'percept',
    streamId: STREAM,
    seq,
    epoch: 0,
    ptsMs,
    ...OWN_TIMES,
    ...SIZE,
    times: { ...times, capturedAtMs },
    detections,
    overBudget: false,
    ...rest,
  };
}

/** Percepts at a steady rate; undefined is a percept without a detection. */
export function percepts(detections: readonly (Detection | undefined)[], everyMs = 100): PerceptEvent[] {
  return detections.map((detection, seq) => percept(seq, seq * everyMs, detection === undefined ? [] : [detection]));
}

export function status(state: StatusEvent['state'], atMs = 0): StatusEvent {
  return { type: 'status', streamId: STREAM, atMs, state };
}

/** All events of a run by these rules, and the state before its end. */
export function play(
  options: SceneOptions,
  events: readonly PipelineEvent[],
  isEnded = true,
): { readonly events: readonly SceneEvent[]; readonly state: SceneState } {
  const rules = sceneRules(options);
  const found: SceneEvent[] = [];
  let state = EMPTY_SCENE;
  for (const event of events) {
    const step = nextScene(rules, state, event);
    state = step.state;
    found.push(...step.events);
  }
  if (isEnded) found.push(...endScene(rules, state, STREAM, 'run-ended').events);
  return { events: found, state };
}

export function objectsIn(events: readonly SceneEvent[]): ObjectEvent[] {
  return events.filter((event) => event.type === 'object');
}

export function crossingsIn(events: readonly SceneEvent[]): CrossingEvent[] {
  return events.filter((event) => event.type === 'crossing');
}

export function countsIn(events: readonly SceneEvent[]): CountEvent[] {
  return events.filter((event) => event.type === 'count');
}

/** `start new`, `update zones+moved`, `end lost`. */
export function storyOf(events: readonly SceneEvent[]): string[] {
  return objectsIn(events).map(({ phase, why }) => `${phase} ${why.join('+')}`);
}
