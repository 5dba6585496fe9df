import assert from 'node:assert/strict';
import { from, lastValueFrom, NEVER, of, throwError, concat, toArray } from 'rxjs';
import type { PipelineEvent } from '../../../src/core/events.js';
import { sceneRules } from '../../../src/core/scene-rules.js';
import { isSceneEvent } from '../../../src/core/scene-events.js';
import { scene, type StreamScenes } from '../../../src/pipeline/operators/scene.js';
import { percept, standing, status } from '../../scene/scene-percepts.js';

const rules = sceneRules({});
const seen = (streamId: string, seq: number): PipelineEvent =>
  percept(seq, seq * 100, [standing(0.5, 0.8)], { streamId });

async function names(scenes: StreamScenes, events: readonly PipelineEvent[]): Promise<string[]> {
  const all = await lastValueFrom(from(events).pipe(scene(scenes), toArray()));
  return all.map((event) =>
    isSceneEvent(event) ? `${event.streamId}: ${event.type === 'object' ? event.phase : event.type}` : event.type,
  );
}

describe('scene', () => {
  it('passes each event, followed by its news, and ends every object when the source completes', async () => {
    assert.deepEqual(await names(rules, [seen('a', 0), seen('b', 0), status('streaming'), seen('a', 1)]), [
      'percept',
      'a: start',
      'a: count',
      'percept',
      'b: start',
      'b: count',
      'status',
      'percept',
      'a: end',
      'a: count',
      'b: end',
      'b: count',
    ]);
  });

  it('leaves streams without rules alone', async () => {
    const found = await names((streamId) => (streamId === 'a' ? rules : undefined), [seen('b', 0), seen('a', 0)]);
    assert.deepEqual(found, ['percept', 'percept', 'a: start', 'a: count', 'a: end', 'a: count']);
  });

  it('begins anew with each subscription', async () => {
    const events = of(seen('a', 0)).pipe(scene(rules), toArray());
    assert.deepEqual(await lastValueFrom(events), await lastValueFrom(events));
  });

  it('is empty for an empty source, and passes an error without inventing ends', async () => {
    assert.deepEqual(await names(rules, []), []);
    const found: string[] = [];
    const error = await new Promise<Error>((resolve) =>
      concat(
        of(seen('a', 0)),
        throwError(() => new Error('gone')),
      )
        .pipe(scene(rules))
        .subscribe({ next: ({ type }) => found.push(type), error: resolve }),
    );
    assert.equal(error.message, 'gone');
    assert.deepEqual(found, ['percept', 'object', 'count']);
  });

  it('says nothing after an early unsubscribe', () => {
    const found: string[] = [];
    concat(of(seen('a', 0)), NEVER)
      .pipe(scene(rules))
      .subscribe(({ type }) => found.push(type))
      .unsubscribe();
    assert.deepEqual(found, ['percept', 'object', 'count']);
  });
});
