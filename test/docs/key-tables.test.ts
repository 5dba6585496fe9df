import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { RUN_KEYS } from '../../src/app/parts.js';
import type { Keys } from '../../src/core/keys.js';
import { TRAIN_KEYS } from '../../training/config.js';
import { keyTable } from '../helpers/key-table.js';

const START = '<!-- The table is generated from the keys. -->\n\n';

const PAGES: readonly (readonly [string, Keys])[] = [
  ['docs/configuration.md', RUN_KEYS],
  ['docs/training.md', TRAIN_KEYS],
];

describe('the table of keys', () => {
  for (const [file, keys] of PAGES) {
    it(`of ${file} equals the keys (NOWCAST_UPDATE=1 writes it)`, () => {
      const page = readFileSync(file, 'utf8');
      const start = page.indexOf(START) + START.length;
      assert.ok(start >= START.length, `${file} says where its table starts`);
      const end = page.indexOf('\n\n', start);
      const table = keyTable(keys);
      if (process.env['NOWCAST_UPDATE'] === '1') writeFileSync(file, page.slice(0, start) + table + page.slice(end));
      else assert.equal(page.slice(start, end), table);
    });
  }
});
