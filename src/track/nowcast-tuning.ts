/**
 * The constants of the `nowcast` forecaster. A frame is 1/30 s whatever the source's rate is; a side is the box's width
 * where it concerns x and its height where it concerns y; a size is the square root of width times height.
 */
export type NowcastTuning = {
  /** Standard deviation of a detected centre and of a detected side, as fractions of the side, before any is learned. */
  readonly centreNoise: number;
  readonly sideNoise: number;
  /** What is added to either in pixels. */
  readonly pixelNoise: number;
  /** How quickly the detections' noise is learned, and the limits of its variance as multiples of the above. */
  readonly learningRate: number;
  readonly leastNoise: number;
  readonly mostNoise: number;
  /** How much a centre's rate wanders in a frame: a fraction of the size, and pixels. */
  readonly wander: number;
  readonly wanderPixels: number;
  /** How much the rates of log size and log aspect ratio wander in a frame. */
  readonly growthWander: number;
  readonly aspectWander: number;
  /** How quickly it is learned how much rates wander, and the limits of that variance as multiples of the above. */
  readonly trendRate: number;
  readonly leastWander: number;
  readonly mostWander: number;
  /** Standard deviation of the rates of an object that was seen once, a frame. */
  readonly firstRate: number;
  readonly firstRatePixels: number;
  readonly firstGrowth: number;
  readonly firstAspectRate: number;
  /** What a growing object gains in pace, 1 being all that perspective says for a steady approach. */
  readonly looming: number;
  /** Squared Mahalanobis distance (four coordinates) up to which a detection may be a track's. */
  readonly gate: number;
  /** Overlap from which on it may be, whatever that distance. */
  readonly minIou: number;
  /** What a score keeps of the track's former one. */
  readonly scoreMemory: number;
  /** Factor on the score of a track seen once or twice. */
  readonly unconfirmed: number;
  /** Factor on the score for each observation in which the track was not found, and how many of them it outlives. */
  readonly missed: number;
  readonly maxMisses: number;
  /** Score is divided by 1 + this x the forecast's standard deviation in fractions of the sides. */
  readonly fade: number;
  /** A track that was not found is left out where one that was found overlaps it by more. */
  readonly maxOverlap: number;
};

/**
 * Down to `minIou`: found by `node dist/bench/tune-forecast.js --rounds 2 --trials 30 --seed 1` on made-up scenes with
 * made-up detectors, from values by hand, then rounded. The optimum is flat: half or twice of any of them costs less than
 * a point of AP, but for twice the `looming`, which costs two. The rest, which AP alone would drive where people would not want it, is by hand.
 */
export const NOWCAST_TUNING: NowcastTuning = {
  centreNoise: 0.04,
  sideNoise: 0.05,
  pixelNoise: 1.2,
  learningRate: 0.017,
  leastNoise: 0.16,
  mostNoise: 8,
  wander: 0.0008,
  wanderPixels: 0.28,
  growthWander: 0.0005,
  aspectWander: 0.0011,
  trendRate: 0.2,
  leastWander: 0.05,
  mostWander: 15,
  firstRate: 0.057,
  firstRatePixels: 2.3,
  firstGrowth: 0.018,
  firstAspectRate: 0.023,
  looming: 0.7,
  gate: 22,
  minIou: 0.5,
  scoreMemory: 0.75,
  unconfirmed: 0.7,
  missed: 0.6,
  maxMisses: 9,
  fade: 1.5,
  maxOverlap: 0.7,
};
