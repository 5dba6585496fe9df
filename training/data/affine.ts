/**
 * x' = a x + b y + c, y' = d x + e y + f, written [a, b, c, d, e, f]. Coordinates are continuous: pixel i covers [i, i
 * + 1].
 */
export type Affine = readonly [number, number, number, number, number, number];

export function scaleThenMove(scale: number, x: number, y: number): Affine {
  return [scale, 0, x, 0, scale, y];
}

/** First `first`, then `second`. */
export function compose([a, b, c, d, e, f]: Affine, [A, B, C, D, E, F]: Affine): Affine {
  return [A * a + B * d, A * b + B * e, A * c + B * f + C, D * a + E * d, D * b + E * e, D * c + E * f + F];
}

export function invert([a, b, c, d, e, f]: Affine): Affine {
  const determinant = a * e - b * d;
  return [
    e / determinant,
    -b / determinant,
    (b * f - c * e) / determinant,
    -d / determinant,
    a / determinant,
    (c * d - a * f) / determinant,
  ];
}
