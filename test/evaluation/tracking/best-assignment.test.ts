import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bestAssignment } from '../../../evaluation/tracking/best-assignment.js';

const cost = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -20, max: 20 }) }, fc.constant(Infinity));
const costs = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
  .chain(([rows, columns]) =>
    fc.array(fc.array(cost, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
  );

type Total = { readonly pairs: number; readonly cost: number };

/** The best of all assignments, by trying each. */
function bestTotal(table: readonly (readonly number[])[], row = 0, taken: readonly number[] = []): Total {
  if (row === table.length) return { pairs: 0, cost: 0 };
  let best = bestTotal(table, row + 1, taken);
  table[row].forEach((value, column) => {
    if (value === Infinity || taken.includes(column)) return;
    const rest = bestTotal(table, row + 1, [...taken, column]);
    const total = { pairs: rest.pairs + 1, cost: rest.cost + value };
    if (total.pairs > best.pairs || (total.pairs === best.pairs && total.cost < best.cost)) best = total;
  });
  return best;
}

describe('bestAssignment', () => {
  it('is empty without rows or columns', () => {
    assert.deepEqual([...bestAssignment([])], []);
    assert.deepEqual([...bestAssignment([[], []])], [-1, -1]);
  });

  it('has the most pairs, and of these the least cost', () => {
    fc.assert(
      fc.property(costs, (table) => {
        const assigned = [...bestAssignment(table)];
        const pairs = assigned.flatMap((column, row) => (column < 0 ? [] : [{ column, row }]));
        assert.equal(new Set(pairs.map(({ column }) => column)).size, pairs.length);
        const total = pairs.reduce((sum, { column, row }) => sum + table[row][column], 0);
        assert.deepEqual({ pairs: pairs.length, cost: total }, bestTotal(table));
      }),
      { numRuns: 500 },
    );
  });
});
