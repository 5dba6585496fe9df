/** For the pictures of one stretch of a kept file, in its order: their times in it plus the offset are the stream's. */
export type TimeOffset = {
  /** Presentation times of the first and the last picture in the file, in microseconds. */
  readonly fromPtsUs: number;
  readonly toPtsUs: number;
  readonly offsetUs: number;
};

/**
 * ffmpeg gives pictures that come out late, because a picture that they depend on was lost, the previous time plus one
 * microsecond. No decoder holds more of them back.
 */
const STRAY_US = 16;

/**
 * Records how the times of a kept file convert to those of the stream: one stretch for each change, usually one in
 * total.
 */
export class KeptTimes {
  readonly #offsets: TimeOffset[] = [];

  /** Grows while pictures come. */
  get offsets(): readonly TimeOffset[] {
    return this.#offsets;
  }

  /** @param ptsUs of a picture in the file @param streamPtsMs of its frame */
  note(ptsUs: number, streamPtsMs: number): void {
    const offsetUs = Math.round(streamPtsMs * 1_000) - ptsUs;
    const last = this.#offsets.at(-1);
    // Frames this close mark the start of a stretch; strays are farther away.
    const isClose = last !== undefined && ptsUs - last.toPtsUs <= STRAY_US;
    if (last?.offsetUs === offsetUs && !isClose) this.#offsets[this.#offsets.length - 1] = { ...last, toPtsUs: ptsUs };
    else this.#offsets.push({ fromPtsUs: ptsUs, toPtsUs: ptsUs, offsetUs });
  }
}

/**
 * Reads the offsets from {@link KeptTimes}.
 * @returns the stream's time of each picture in milliseconds; call it in the order of the file
 */
export function streamTimesOf(offsets: readonly TimeOffset[]): (ptsUs: number) => number {
  let current = 0;
  let lastPtsUs = -Infinity;
  return (ptsUs) => {
    // Times that go back have jumped. Without a recorded frame, for example after the last one, the previous stretch
    // continues.
    if (ptsUs <= lastPtsUs && current + 1 < offsets.length) current += 1;
    while (current + 1 < offsets.length && ptsUs > offsets[current].toPtsUs && ptsUs >= offsets[current + 1].fromPtsUs)
      current += 1;
    lastPtsUs = ptsUs;
    return (ptsUs + (offsets[current]?.offsetUs ?? 0)) / 1_000;
  };
}

/**
 * @param ptsUs of a picture in the file
 * @param beforeUs of the previous frame
 * @returns true if the picture is not a frame, because its time is invented
 */
export function isStray(offsets: readonly TimeOffset[], ptsUs: number, beforeUs: number): boolean {
  return ptsUs >= beforeUs && ptsUs - beforeUs <= STRAY_US && !offsets.some(({ fromPtsUs }) => fromPtsUs === ptsUs);
}
