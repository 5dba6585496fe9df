/** What a live page is told beside the result feed. Types alone: the page compiles against them, too. */

/** An object as it truly is. */
export type TrueObject = {
  /** Left, top, right, bottom in pixels of the picture. */
  readonly box: readonly [number, number, number, number];
  readonly class: string;
  readonly trackId: number;
};

/** What stands in front of a picture's bytes. */
export type PictureFacts = {
  readonly seq: number;
  /** Unix milliseconds: the world looked like this. */
  readonly capturedAt: number;
  readonly truth: readonly TrueObject[];
};

/** What is being run. */
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
  /** Of the drive, for people: `day, clear`. */
  readonly conditions: string;
};

/** The detector is made to take longer than it does. */
export type SlowedMessage = {
  readonly type: 'slowed';
  readonly extraMs: number;
  /** What a page may ask for. */
  readonly choices: readonly number[];
};

/** How accurate the answers were over the last seconds. */
export type ScoreMessage = {
  readonly type: 'score';
  /** Unix milliseconds. */
  readonly at: number;
  readonly windowS: number;
  /** Streaming AP; null while it is undefined. */
  readonly sAP: number | null;
  /** The same without forecasting; null where no forecaster runs. */
  readonly observedAP: number | null;
};

/** The run is over and what it cost is added up. */
export type ScoringMessage = { readonly type: 'scoring'; readonly done: number; readonly total: number };

export type OutcomeMessage = {
  readonly type: 'outcome';
  readonly frames: number;
  readonly percepts: number;
  readonly drops: Readonly<Record<string, number>>;
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number };
  /** Of how many seconds the attribution is. */
  readonly windowS: number;
  /** From offline AP to streaming AP; what each cost, in AP. Null where AP is undefined. */
  readonly attribution: Readonly<Record<'offlineAP' | 'sAP' | 'detector' | 'oneFrameFloor' | 'latency' | 'jitter' | 'drops' | 'forecasting', number>> | null;
};

export type PageMessage = RunMessage | SlowedMessage | ScoreMessage | ScoringMessage | OutcomeMessage;
