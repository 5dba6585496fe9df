import type { Size } from '../../../../src/core/size.js';
import type { BoxCoding } from '../../../../src/model/families/box-coding.js';
import { STRIDES } from '../../../../src/model/families/yolox/grid.js';
import { randomSource } from '../../../helpers/random.js';

/** How far a network's offsets and logarithms of sizes spread, and its scores before the sigmoid. */
export type Spread = { readonly offset: number; readonly log: number; readonly logit: number };

/** Undecoded rows [cells, 5 + classes] of a made-up network, with probabilities. */
export function madeUpRows(input: Size, classCount: number, seed: number, spread: Spread): Float32Array {
  const { gaussian } = randomSource(seed);
  const cells = STRIDES.reduce((sum, stride) => sum + (input.width / stride) * (input.height / stride), 0);
  const rows = new Float32Array(cells * (5 + classCount));
  for (let at = 0; at < rows.length; at += 5 + classCount) {
    rows.set(
      [0, 1].map(() => 0.5 + spread.offset * gaussian()),
      at,
    );
    rows.set(
      [0, 1].map(() => spread.log * gaussian()),
      at + 2,
    );
    for (let i = 4; i < 5 + classCount; i++) rows[at + i] = 1 / (1 + Math.exp(4 - spread.logit * gaussian()));
  }
  return rows;
}

/** The same boxes, finished in this coding. */
export function finished(
  rows: Float32Array,
  { width, height }: Size,
  classCount: number,
  coding: BoxCoding,
): Float32Array {
  const result = rows.slice();
  const scale = coding.endsWith('fractions') ? [1 / width, 1 / height] : [1, 1];
  let at = 0;
  for (const stride of STRIDES) {
    for (let cell = 0; cell < (width / stride) * (height / stride); cell++, at += 5 + classCount) {
      const columns = width / stride;
      const x = (rows[at] + (cell % columns)) * stride * scale[0];
      const y = (rows[at + 1] + Math.floor(cell / columns)) * stride * scale[1];
      const w = Math.exp(rows[at + 2]) * stride * scale[0];
      const h = Math.exp(rows[at + 3]) * stride * scale[1];
      result.set(coding.startsWith('corner') ? [x - w / 2, y - h / 2, x + w / 2, y + h / 2] : [x, y, w, h], at);
    }
  }
  return result;
}

/** Scores before the sigmoid. */
export function withLogits(rows: Float32Array, classCount: number): Float32Array {
  return rows.map((value, i) => (i % (5 + classCount) < 4 ? value : Math.log(value / (1 - value))));
}
