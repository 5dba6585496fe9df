import assert from 'node:assert/strict';
import { from, lastValueFrom, NEVER, startWith, toArray } from 'rxjs';
import { ExtensionError } from '../../../src/core/errors.js';
import type { PipelineEvent } from '../../../src/core/events.js';
import { writeTo } from '../../../src/pipeline/operators/write-to.js';

const EVENT: PipelineEvent = { type: 'status', atMs: 0, state: 'detector-ready' };

describe('writeTo', () => {
  it('gives every event to the sink and passes it on', async () => {
    const written: PipelineEvent[] = [];
    const events = await lastValueFrom(
      from([EVENT, EVENT]).pipe(
        writeTo('list', (event) => written.push(event)),
        toArray(),
      ),
    );
    assert.deepEqual(events, [EVENT, EVENT]);
    assert.deepEqual(written, events);
  });

  for (const [how, write] of Object.entries({
    throws: () => {
      throw new Error('disk full');
    },
    rejects: () => Promise.reject(new Error('disk full')),
  })) {
    it(`ends with an error that names the sink if it ${how}`, async () => {
      const error = await lastValueFrom(NEVER.pipe(startWith(EVENT), writeTo('mine', write))).catch(
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof ExtensionError);
      assert.equal(error.message, 'sink "mine" threw: disk full');
      assert.equal(error.part, 'sink');
    });
  }
});
