/** Boxes of three anchors for each cell, as YOLOv3 to YOLOv7 have them. */
const ANCHORS = 3;
/** Fewest numbers of an anchor: box, objectness, one class. */
const LEAST_NUMBERS = 6;
/** A side as a distribution over 16 distances, as YOLOv8 and later have it. */
const SIDES = 4;
const DISTANCES = 16;
/** Groups of channels that correlate as much as this have one meaning. */
const SAME_MEANING = 0.9;
/** Classes lie below distances by more than this, before the sigmoid. YOLOX's classes differ less. */
const LOWER_CLASSES = 4;

/**
 * Recognises heads of other networks that have the shape of YOLOX's, by the means of their channels: those of three
 * anchors repeat, and so do the distributions of four sides; distances and classes differ, where YOLOX has classes.
 * @param outputs [channels, cells] for each level
 * @returns completes "its …"; undefined if nothing speaks against YOLOX
 */
export function foreignHeads(outputs: readonly Float32Array[], channels: number): string | undefined {
  const means = outputs.map((output) => channelMeans(output, channels));
  const numbers = channels / ANCHORS;
  if (Number.isInteger(numbers) && numbers >= LEAST_NUMBERS && repeats(means, ANCHORS, numbers))
    return `${channels} channels repeat after ${numbers}: they are ${ANCHORS} anchors of 5 + ${numbers - 5} numbers, as in YOLOv3 to YOLOv7`;
  const distances = SIDES * DISTANCES;
  if (channels <= distances) return undefined;
  const isLower = means.every(
    (level) => meanOf(level.subarray(0, distances)) - meanOf(level.subarray(distances)) > LOWER_CLASSES,
  );
  if (isLower || repeats(means, SIDES, DISTANCES))
    return `first ${distances} of ${channels} channels are distributions of a box's sides, as in YOLOv8 and later`;
  return undefined;
}

/** Whether `count` groups of `length` channels, the first ones of each level, rise and fall together. */
function repeats(means: readonly Float64Array[], count: number, length: number): boolean {
  const groups = Array.from({ length: count }, (_, group) =>
    means.flatMap((level) => [...level.subarray(group * length, (group + 1) * length)]),
  );
  return groups.every((group, i) => groups.slice(i + 1).every((other) => correlation(group, other) > SAME_MEANING));
}

function channelMeans(output: Float32Array, channels: number): Float64Array {
  const cells = output.length / channels;
  return Float64Array.from({ length: channels }, (_, channel) =>
    meanOf(output.subarray(channel * cells, (channel + 1) * cells)),
  );
}

/** Of the finite values. */
function meanOf(values: Float32Array | Float64Array): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/** Pearson's; 0 where a side is constant. */
function correlation(some: readonly number[], others: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(some), mean(others)];
  let [ab, aa, bb] = [0, 0, 0];
  some.forEach((value, i) => {
    ab += (value - a) * (others[i] - b);
    aa += (value - a) ** 2;
    bb += (others[i] - b) ** 2;
  });
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}
