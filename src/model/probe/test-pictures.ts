/**
 * Pictures on which a network is tried: black, because there its answer is alike at each place, so that numbers which
 * follow the grid stand out; and noise of every brightness, because there values overflow first and its answer must be
 * another.
 */
export const TEST_PICTURES: readonly ((image: Uint8Array) => void)[] = [(image) => image.fill(0), fillWithNoise];

/** Blocks of neighbouring bytes have one brightness each, because a network averages finer noise away. */
export function fillWithNoise(image: Uint8Array): void {
  const RUN = 7;
  let state = 0x2545f491;
  for (let at = 0; at < image.length; at += RUN) {
    // Marsaglia's xorshift, 32 bits.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    image.fill(state & 0xff, at, at + RUN);
  }
}
