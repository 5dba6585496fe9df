const bits = new Uint32Array(1);
const real = new Float32Array(bits.buffer);

/** Bits of the nearest IEEE 754 half-precision numbers, ties to even; too large numbers become infinite. */
export function toFloat16(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, float16Bits);
}

function float16Bits(value: number): number {
  real[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  // Below 2^-14, halves have a fixed step of 2^-24; adding 0.5 in float32 rounds to exactly that step.
  if (magnitude < 0x38800000) {
    real[0] = Math.abs(value) + 0.5;
    return sign | (bits[0] - 0x3f000000);
  }
  const roundToEven = 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((magnitude - 0x38000000 + roundToEven) >>> 13);
}
