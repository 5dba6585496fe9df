/** Turns the times that a camera writes into times that never go back. One for each stream, over all its connections. */
export type PtsStitcher = {
  /**
   * @param sourcePtsMs as the source has it; may start anywhere and jump
   * @param arrivedAtMs when the frame arrived, on the monotonic clock
   * @returns greater than any before; the source's own times as long as these never jumped
   */
  stitch(sourcePtsMs: number, arrivedAtMs: number): number;
  /** The next frame comes from a new connection, whose times have nothing to do with those before. */
  newEpoch(): void;
};

/** A source's clock that runs ahead of the frames' arrival by more than this between two frames has jumped. */
const JUMP_MS = 1_000;
/** A source that sends a frame this much later than its own times say has stood still in between. */
const PAUSE_MS = 5_000;
/** The finest step that a recording can tell. */
const LEAST_STEP_MS = 0.001;

/**
 * Spacing between frames is the source's own, to the microsecond, as long as its times go forward about as fast as
 * frames arrive. Across a reset, a jump or a reconnect, the time that has passed on our clock takes its place.
 */
export function ptsStitcher(): PtsStitcher {
  let offsetMs = 0;
  let isNewEpoch = false;
  let last: { readonly sourcePtsMs: number; readonly ptsMs: number; readonly arrivedAtMs: number } | undefined;
  return {
    stitch: (sourcePtsMs, arrivedAtMs) => {
      if (last !== undefined) {
        const elapsedMs = arrivedAtMs - last.arrivedAtMs;
        const stepMs = sourcePtsMs - last.sourcePtsMs;
        const jumped = stepMs < LEAST_STEP_MS || stepMs - elapsedMs > JUMP_MS || elapsedMs - stepMs > PAUSE_MS;
        if (isNewEpoch || jumped) offsetMs = last.ptsMs + Math.max(elapsedMs, LEAST_STEP_MS) - sourcePtsMs;
      }
      isNewEpoch = false;
      const exactMs = Math.round((sourcePtsMs + offsetMs) * 1_000) / 1_000;
      const ptsMs = last === undefined || exactMs > last.ptsMs ? exactMs : last.ptsMs + LEAST_STEP_MS;
      last = { sourcePtsMs, ptsMs, arrivedAtMs };
      return ptsMs;
    },
    newEpoch: () => {
      isNewEpoch = true;
    },
  };
}
