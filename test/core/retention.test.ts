import assert from 'node:assert/strict';
import fc from 'fast-check';
import { beyond, type DatedFile } from '../../src/core/retention.js';

const NOW_MS = 1_000_000;
const files = fc
  .array(fc.record({ bytes: fc.nat(1000), atMs: fc.integer({ min: 0, max: NOW_MS }) }), { maxLength: 30 })
  .map((found): DatedFile[] =>
    found.sort((a, b) => a.atMs - b.atMs).map((file, i) => ({ ...file, path: `file-${i}` })),
  );
const retention = fc.record({ maxAgeMs: fc.nat(NOW_MS), maxBytes: fc.nat(10_000) });
const bytesOf = (some: readonly DatedFile[]): number => some.reduce((sum, { bytes }) => sum + bytes, 0);

describe('the retention of files', () => {
  it('removes the oldest files, and leaves none that is too old or too many', () => {
    fc.assert(
      fc.property(files, retention, (all, rule) => {
        const removed = beyond(rule, all, bytesOf(all), NOW_MS);
        const left = all.slice(removed.length);
        assert.deepEqual(removed, all.slice(0, removed.length));
        assert.ok(bytesOf(left) <= rule.maxBytes);
        assert.ok(left.every(({ atMs }) => NOW_MS - atMs <= rule.maxAgeMs));
      }),
    );
  });

  it('removes no file that it may keep', () => {
    fc.assert(
      fc.property(files, retention, (all, rule) => {
        const removed = beyond(rule, all, bytesOf(all), NOW_MS);
        const last = removed.at(-1);
        if (last === undefined) return;
        const withIt = all.slice(removed.length - 1);
        assert.ok(bytesOf(withIt) > rule.maxBytes || NOW_MS - last.atMs > rule.maxAgeMs);
      }),
    );
  });
});
