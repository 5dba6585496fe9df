import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Subject, takeUntil } from 'rxjs';
import { aborted, abortedAfter, frameLimit } from '../../../src/app/run/limits.js';
import type { SourceEvent } from '../../../src/core/events.js';
import { FrameLedger, nameOf } from '../../helpers/frames.js';

describe('the end of a run', () => {
  const never = new AbortController().signal;

  it('comes after its duration, even after a garbage collection', async () => {
    const { signal } = abortedAfter(20, never);
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    await once(signal, 'abort');
  });

  it('comes with the interrupt', () => {
    const controller = new AbortController();
    const { signal, dispose } = abortedAfter(undefined, controller.signal);
    assert.equal(signal.aborted, false);
    controller.abort();
    assert.equal(signal.aborted, true);
    dispose();
  });

  it('comes at once if the interrupt came before', () => {
    assert.equal(abortedAfter(undefined, AbortSignal.abort()).signal.aborted, true);
  });

  it('reaches listeners that subscribe before the abort, and after it', () => {
    const controller = new AbortController();
    let told = 0;
    const early = aborted(controller.signal).subscribe(() => {
      told += 1;
    });
    assert.equal(told, 0);
    controller.abort();
    aborted(controller.signal).subscribe(() => {
      told += 10;
    });
    assert.equal(told, 11);
    early.unsubscribe();
  });

  it('does not come after a dispose', () => {
    const controller = new AbortController();
    const { signal, dispose } = abortedAfter(undefined, controller.signal);
    dispose();
    controller.abort();
    assert.equal(signal.aborted, false);
  });
});

describe('a limit of frames', () => {
  it('counts over all sources, passes the last frame and releases further ones', () => {
    const ledger = new FrameLedger();
    const [file, camera] = [new Subject<SourceEvent>(), new Subject<SourceEvent>()];
    const { within, reached } = frameLimit(3);
    const seen: string[] = [];
    let ended = 0;
    const watch = {
      next: (event: SourceEvent) => seen.push(nameOf(event)),
      complete: () => {
        ended += 1;
      },
    };
    file.pipe(within, takeUntil(reached)).subscribe(watch);
    camera.pipe(within).subscribe(watch);
    file.next(ledger.frame('file', 0));
    camera.next(ledger.frame('camera', 0));
    camera.next(ledger.frame('camera', 1));
    assert.equal(ended, 1, 'the file ends at once');
    camera.next(ledger.frame('camera', 2));
    camera.next({ type: 'status', streamId: 'camera', atMs: 0, state: 'ended' });
    assert.deepEqual(seen, ['frame file/0', 'frame camera/0', 'frame camera/1', 'ended']);
    assert.deepEqual(ledger.open, ['file/0', 'camera/0', 'camera/1'], "the camera's frame beyond it was given back");
  });
});
