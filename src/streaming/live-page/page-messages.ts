/**
 * The messages for a live page, in addition to the result feed. Types only, because the page compiles against them,
 * too.
 */

/** An object's true position. */
export type TrueObject = {
  /** Left, top, right, bottom in pixels of the picture. */
  readonly box: readonly [number, number, number, number];
  readonly class: string;
  readonly trackId: number;
};

/** The facts that precede a picture's bytes. */
export type PictureFacts = {
  readonly seq: number;
  /** Capture time in Unix milliseconds. */
  readonly capturedAt: number;
  readonly truth: readonly TrueObject[];
  /** Of the picture that boxes refer to; the drawn one is smaller where drawing starves. */
  readonly width: number;
  readonly height: number;
};

/** Facts about the run. */
export type RunMessage = {
  readonly type: 'run';
  readonly model: string;
  readonly provider: string;
  readonly threads: number;
  readonly input: string;
  readonly schedule: string;
  readonly budgetMs: number | null;
  readonly forecaster: string | null;
  readonly fps: number;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  /** Description of the drive: `day, clear`. */
  readonly conditions: string;
};

/** Delay that is added to the detector's runs. */
export type SlowedMessage = {
  readonly type: 'slowed';
  readonly extraMs: number;
  /** Requests that a page may send. */
  readonly choices: readonly number[];
};

/** Whether most pictures are not drawn in time: then the page waits for the drawing, not for the detector. */
export type DrawingMessage = { readonly type: 'drawing'; readonly isStarving: boolean };

/** Accuracy of the percepts over the last seconds. */
export type ScoreMessage = {
  readonly type: 'score';
  /** Unix milliseconds. */
  readonly at: number;
  readonly windowS: number;
  /** Streaming AP; null while it is undefined. */
  readonly sAP: number | null;
  /** The same without forecasting; null without a forecaster. */
  readonly observedAP: number | null;
};

/** The run is over, and its attribution is complete. */
export type ScoringMessage = { readonly type: 'scoring'; readonly done: number; readonly total: number };

export type OutcomeMessage = {
  readonly type: 'outcome';
  readonly frames: number;
  readonly percepts: number;
  readonly drops: Readonly<Record<string, number>>;
  /** Frames that were not drawn in time, among the dropped ones. */
  readonly undrawn: number;
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number };
  /** Duration of the attribution in seconds. */
  readonly windowS: number;
  /** From offline AP to streaming AP: the cost of each step, in AP. Null if AP is undefined. */
  readonly attribution: Readonly<
    Record<'offlineAP' | 'sAP' | 'detector' | 'oneFrameFloor' | 'latency' | 'jitter' | 'drops' | 'forecasting', number>
  > | null;
};

export type PageMessage = RunMessage | SlowedMessage | DrawingMessage | ScoreMessage | ScoringMessage | OutcomeMessage;
