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
  /** How quickly the noise of a class is learned from what it was seen to be, and how far from the above it may go. */
  readonly learningRate: number;
  readonly leastVariance: number;
  readonly mostVariance: number;
  /** How much a centre's rate wanders in a frame: a fraction of the size, and pixels. */
  readonly wander: number;
  readonly wanderPixels: number;
  /** How much the rates of log size and log aspect ratio wander in a frame. */
  readonly growthWander: number;
  readonly aspectWander: number;
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

export const NOWCAST_TUNING: NowcastTuning = {
  centreNoise: 0.06,
  sideNoise: 0.0493,
  pixelNoise: 0.83,
  learningRate: 0.0167,
  leastVariance: 0.163,
  mostVariance: 8,
  wander: 0.00159,
  wanderPixels: 0.28,
  growthWander: 0.00107,
  aspectWander: 0.00148,
  firstRate: 0.0378,
  firstRatePixels: 2.05,
  firstGrowth: 0.0133,
  firstAspectRate: 0.026,
  looming: 0.922,
  gate: 33.6,
  minIou: 0.5,
  scoreMemory: 0.75,
  unconfirmed: 0.7,
  missed: 0.562,
  maxMisses: 10,
  fade: 12.6,
  maxOverlap: 0.7,
};
