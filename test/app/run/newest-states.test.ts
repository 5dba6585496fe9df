import assert from 'node:assert/strict';
import { NewestStates } from '../../../src/app/run/newest-states.js';
import type { Point } from '../../../src/core/polygon.js';
import type { CrossingEvent, SceneEvent } from '../../../src/core/scene-events.js';
import { sceneRules, type SceneRules } from '../../../src/core/scene-rules.js';

const linesAt = (at: Readonly<Record<string, number>>): SceneRules =>
  sceneRules({
    lines: Object.fromEntries(
      Object.entries(at).map(([name, x]) => {
        const points: Point[] = [
          [x, 0],
          [x, 1],
        ];
        return [name, { points }];
      }),
    ),
  });

describe('the newest states of streams', () => {
  const at = { streamId: 'yard', seq: 1, atMs: 0 };
  const crossing = (line: string, total: number): CrossingEvent => ({
    ...at,
    type: 'crossing',
    line,
    direction: 'in',
    objectId: 'yard-1-1',
    classId: 0,
    className: 'person',
    crossedAtMs: 0,
    total,
  });
  const counts: SceneEvent = { ...at, type: 'count', counts: [] };
  const streaming = { type: 'status', streamId: 'yard', atMs: 0, state: 'streaming' } as const;
  const first = [{ id: 'yard', scene: linesAt({ gate: 0.2, path: 0.8 }) }, { id: 'door' }];
  let states: NewestStates;
  beforeEach(() => {
    states = new NewestStates(first);
    for (const event of [streaming, counts, crossing('gate', 1), crossing('path', 1), crossing('gate', 2)])
      states.seen(event);
  });

  it('are the newest of each kind, line and direction', () => {
    states.seen({ ...streaming, streamId: 'door' });
    assert.deepEqual(states.of(first), [
      streaming,
      counts,
      crossing('gate', 2),
      crossing('path', 1),
      { ...streaming, streamId: 'door' },
    ]);
  });

  it('go on while the rules of their scene are the same', () => {
    states.keep([{ id: 'yard', scene: linesAt({ gate: 0.2, path: 0.8 }) }]);
    assert.equal(states.of(first).length, 4);
  });

  for (const [what, scene] of [
    ['a line is removed', linesAt({ gate: 0.2 })],
    ['a line is elsewhere', linesAt({ gate: 0.3, path: 0.8 })],
    ['objects are followed no longer', undefined],
  ] as const)
    it(`leave out what a scene has counted if ${what}`, () => {
      const after = [{ id: 'yard', ...(scene !== undefined && { scene }) }];
      assert.deepEqual(states.of(after), [streaming]);
      assert.equal(states.of(first).length, 4, 'a change may fail');
      // A camera that ends may still count.
      states.seen(crossing('path', 2));
      states.keep(after);
      assert.deepEqual(states.of(after), [streaming]);
      states.seen(crossing('gate', 1));
      assert.deepEqual(states.of(after), [streaming, crossing('gate', 1)]);
    });

  it('are those of streams that are there', () => {
    assert.deepEqual(states.of([{ id: 'door' }]), []);
    states.keep([{ id: 'door' }]);
    assert.deepEqual(states.of(first), []);
  });
});
