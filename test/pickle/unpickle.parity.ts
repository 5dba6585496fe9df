import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNumpyArray, plain } from '../../src/pickle/numpy-array.js';
import { NUMPY_CLASSES } from '../../src/pickle/numpy-classes.js';
import { unpickle } from '../../src/pickle/unpickle.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { PYCOCOTOOLS, runPython } from '../helpers/torch.js';

/** The form of `write_pickles.py`. */
function shown(value: unknown): unknown {
  const one = plain(value);
  if (isNumpyArray(one)) return { shape: [...one.shape], values: Array.from(one.values, shown) };
  if (typeof one === 'bigint') return String(one);
  if (typeof one === 'number')
    return Number.isNaN(one) ? 'nan' : one === Infinity ? 'inf' : one === -Infinity ? '-inf' : one;
  if (one instanceof Uint8Array) return [...one];
  if (one instanceof Set) return [...one].sort();
  if (one instanceof Map) return Array.from(one, ([key, entry]) => [shown(key), shown(entry)]);
  return Array.isArray(one) ? one.map(shown) : one;
}

describe('pickles of Python and NumPy', () => {
  const folder = temporaryFolder();

  itNeeds(PYCOCOTOOLS, 'are read in every protocol, with every plain type', async function () {
    this.timeout(60_000);
    await runPython('write_pickles.py', folder());
    const names = readdirSync(folder()).filter((name) => name.endsWith('.json'));
    assert.ok(names.length > 40);
    for (const name of names) {
      const expected: unknown = JSON.parse(readFileSync(join(folder(), name), 'utf8'));
      for (let protocol = 0; protocol <= 5; protocol++) {
        const file = name.replace(/json$/, `${protocol}.pkl`);
        const bytes = readFileSync(join(folder(), file));
        const { value, end } = unpickle(bytes, { classes: NUMPY_CLASSES });
        assert.deepEqual(shown(value), expected, file);
        assert.equal(end, bytes.length, file);
      }
    }
  });
});
