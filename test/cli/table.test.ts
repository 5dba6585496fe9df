import assert from 'node:assert/strict';
import { table } from '../../src/cli/table.js';

describe('a table', () => {
  it('aligns texts to the left and numbers to the right', () => {
    assert.equal(
      table(
        ['name', 'AP', 'here'],
        [
          ['nano', '5.8', ''],
          ['x', '51.1', 'yes'],
        ],
      ),
      'name    AP  here\nnano   5.8\nx     51.1  yes',
    );
  });

  it('accepts no rows', () => assert.equal(table(['a', 'b'], []), 'a  b'));
});
