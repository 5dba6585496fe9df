import assert from 'node:assert/strict';
import { map } from 'rxjs';
import { detectSwitch } from '../../../src/pipeline/operators/detect-switch.js';
import { FrameLedger, nameOf } from '../../helpers/frames.js';
import { marbles } from '../../helpers/marbles.js';

describe('detectSwitch', () => {
  it('drops and releases frames while it is off, and passes them while it is on', () => {
    const ledger = new FrameLedger();
    marbles(({ cold, expectObservable }, scheduler) => {
      const source = cold('012345|').pipe(map((digit) => ledger.frame('a', Number(digit))));
      const isOn = (): boolean => scheduler.now() < 2 || scheduler.now() > 3;
      const names = source.pipe(detectSwitch(isOn, scheduler), map(nameOf));
      expectObservable(names).toBe('012345|', [
        'frame a/0',
        'frame a/1',
        'detect-off a/2',
        'detect-off a/3',
        'frame a/4',
        'frame a/5',
      ]);
    });
    assert.deepEqual([...ledger.releases.values()], [0, 0, 1, 1, 0, 0]);
  });

  it('passes all other events, errors and ends', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const gap = { type: 'gap', streamId: 'a', fromMs: 0, toMs: 1, why: 'lost' } as const;
      const off = detectSwitch(() => false, scheduler);
      expectObservable(cold('-g-#', { g: gap }).pipe(off)).toBe('-g-#', { g: gap });
      expectObservable(cold<typeof gap>('|').pipe(off)).toBe('|');
      expectObservable(cold<typeof gap>('-').pipe(off)).toBe('-');
    });
  });
});
