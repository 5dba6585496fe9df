import assert from 'node:assert/strict';
import { foreignHeads } from '../../../../src/model/families/yolox/foreign-heads.js';
import { randomSource } from '../../../helpers/random.js';

const CELLS = [64, 16, 4];

/** Outputs whose channels lie about these means. */
function heads(means: (gaussian: () => number) => readonly number[], spread = 0.3, seed = 3): Float32Array[] {
  const { gaussian } = randomSource(seed);
  const channels = means(gaussian);
  return CELLS.map((cells) =>
    Float32Array.from(
      { length: channels.length * cells },
      (_, i) => channels[Math.floor(i / cells)] + spread * gaussian(),
    ),
  );
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const anchors = (classes: readonly number[]): number[] => times(3, () => [0, 0, 0.3, 0.2, -6, ...classes]).flat();

describe('heads in the shape of YOLOX', () => {
  for (const count of [1, 3, 80]) {
    it(`are taken as three anchors if their channels repeat, of ${count} classes`, () => {
      const outputs = heads((gaussian) => anchors(times(count, () => -3 + gaussian())));
      const channels = 3 * (5 + count);
      assert.match(
        foreignHeads(outputs, channels) ?? '',
        new RegExp(`^${channels} channels repeat after ${5 + count}: they are 3 anchors`),
      );
    });
  }

  for (const count of [1, 80]) {
    it(`are taken as distributions of four sides if these repeat, before ${count} classes`, () => {
      const side = times(16, () => 0).map((_, i) => 2 - 0.4 * i);
      const outputs = heads((gaussian) => [...times(4, () => side).flat(), ...times(count, () => -2 + gaussian())]);
      assert.match(foreignHeads(outputs, 64 + count) ?? '', /^first 64 of \d+ channels are distributions/);
    });

    it(`are taken as distributions if the channels behind them are far lower, as ${count} untrained classes are`, () => {
      const outputs = heads(() => [...times(64, () => 1), ...times(count, () => -9)]);
      assert.match(foreignHeads(outputs, 64 + count) ?? '', /^first 64 of \d+ channels are distributions/);
    });
  }

  it('are YOLOX where nothing repeats, with as many channels as the others have', () => {
    for (const classes of [1, 13, 60, 61, 80, 139, 250])
      for (let seed = 1; seed <= 30; seed++)
        for (const bias of [-4.6, -2]) {
          const outputs = heads(
            (gaussian) => [0.5, 0.5, gaussian(), gaussian(), bias - 2, ...times(classes, () => bias + gaussian())],
            0.3,
            seed,
          );
          assert.equal(foreignHeads(outputs, 5 + classes), undefined, `${classes} classes, seed ${seed}, bias ${bias}`);
        }
  });

  it('are YOLOX where they are constant', () => {
    const outputs = CELLS.map((cells) => new Float32Array(85 * cells));
    assert.equal(foreignHeads(outputs, 85), undefined);
  });
});
