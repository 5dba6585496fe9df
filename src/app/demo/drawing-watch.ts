/** Time over which drawn frames are counted against due ones. */
const WINDOW_MS = 4000;
/** Shares of the due frames: drawing starves below the first, and is well again from the second. */
const STARVED = 0.5;
const WELL = 0.8;

/** Finds out whether the drive's pictures are drawn in time. Where they are not, the detector has too little to do. */
export class DrawingWatch {
  readonly #fps: number;
  readonly #startedAtMs: number;
  readonly #onChange: (isStarving: boolean) => void;
  #drawnAtMs: number[] = [];
  #isStarving = false;

  /** @param onChange is called when drawing begins to starve, and when it is well again */
  constructor(fps: number, startedAtMs: number, onChange: (isStarving: boolean) => void) {
    this.#fps = fps;
    this.#startedAtMs = startedAtMs;
    this.#onChange = onChange;
  }

  /** Takes the moment at which a picture was ready. */
  drew(atMs: number): void {
    this.#drawnAtMs.push(atMs);
  }

  /** Call it about once a second. */
  check(nowMs: number): void {
    this.#drawnAtMs = this.#drawnAtMs.filter((atMs) => atMs > nowMs - WINDOW_MS);
    if (nowMs - this.#startedAtMs < WINDOW_MS) return;
    const share = this.#drawnAtMs.length / ((WINDOW_MS / 1000) * this.#fps);
    const isStarving = share < (this.#isStarving ? WELL : STARVED);
    if (isStarving === this.#isStarving) return;
    this.#isStarving = isStarving;
    this.#onChange(isStarving);
  }
}
