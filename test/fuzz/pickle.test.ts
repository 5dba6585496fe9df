import assert from 'node:assert/strict';
import { Mutator } from '../../fuzz/mutate.js';
import { changePickle, RUN_MARK } from '../../fuzz/pickle/change-pickle.js';
import { opcodesOf } from '../../fuzz/pickle/opcodes.js';
import { parsePickle } from '../../fuzz/pickle/parse-pickle.js';
import { PICKLE_SEEDS } from '../../fuzz/pickle/seeds.js';
import { Random } from '../../training/random.js';

describe('the pickles of npm run fuzz', () => {
  it('are sound, and of every protocol', () => {
    for (const { bytes } of PICKLE_SEEDS) assert.doesNotThrow(() => parsePickle(bytes));
    for (const file of new Set(PICKLE_SEEDS.map((seed) => seed.file)))
      assert.deepEqual(
        PICKLE_SEEDS.filter((seed) => seed.file === file).map(({ protocol }) => protocol),
        [0, 1, 2, 3, 4, 5],
        file,
      );
  });

  it('are split into whole opcodes, the last of which ends them', () => {
    for (const { file, protocol, bytes } of PICKLE_SEEDS) {
      const opcodes = opcodesOf(bytes);
      assert.deepEqual(Buffer.concat(opcodes), bytes);
      assert.equal(opcodes.at(-1)?.toString(), '.', `${file} of protocol ${protocol}`);
    }
  });

  it('are changed the same way by the same numbers, also into ones that name a command', () => {
    const changed = (seed: number): Buffer => changePickle(new Mutator(new Random(seed)), PICKLE_SEEDS[0].bytes);
    const seeds = Array.from({ length: 200 }, (_, seed) => seed);
    assert.deepEqual(seeds.map(changed), seeds.map(changed));
    assert.ok(seeds.some((seed) => changed(seed).includes(`touch ${RUN_MARK}`)));
    assert.deepEqual(changePickle(new Mutator(new Random(0), true), PICKLE_SEEDS[0].bytes), PICKLE_SEEDS[0].bytes);
  });
});
