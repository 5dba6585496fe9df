import type { ObjectEvent, ObjectPhase } from '../../../src/core/scene-events.js';

/** An event of a person at `gate`, whose best view is in frame `seq`, at 10 frames a second. */
export function objectEventOf(phase: ObjectPhase, seq: number, over: Partial<ObjectEvent> = {}): ObjectEvent {
  const box = { x1: 100, y1: 200, x2: 150, y2: 300 };
  return {
    type: 'object',
    phase,
    why: [],
    streamId: 'gate',
    seq,
    atMs: 100 * seq,
    id: 'gate-1-1',
    trackId: 1,
    classId: 0,
    className: 'person',
    score: 0.8,
    topScore: 0.9,
    box,
    size: { width: 1000, height: 500 },
    area: 0.01,
    ratio: 0.5,
    startedAtMs: 100,
    ...(phase === 'end' && { endedAtMs: 100 * seq }),
    isStationary: false,
    currentZones: [],
    enteredZones: [],
    best: { seq, ptsMs: 100 * seq, capturedAtMs: 100 * seq, box, score: 0.9 },
    ...over,
  };
}
