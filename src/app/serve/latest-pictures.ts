import type { Clock, WallClock } from '../../core/clock.js';
import type { Answer } from '../../streaming/http/answer.js';
import type { Originals } from '../../streaming/originals/originals.js';
import type { CameraStates } from './camera-states.js';

export type LatestPicturesSources = {
  readonly states: CameraStates;
  readonly originals: Pick<Originals, 'jpeg'>;
  readonly clock: Clock & WallClock;
};

/** Decoding a picture costs as much as some runs of the detector, so all who ask share one in this time. */
const FRESH_MS = 1000;

/** The pictures of the newest percepts, at the resolution of the cameras. Nobody asking costs nothing. */
export class LatestPictures {
  readonly #sources: LatestPicturesSources;
  readonly #kept = new Map<string, { readonly atMs: number; readonly answer: Promise<Answer> }>();

  constructor(sources: LatestPicturesSources) {
    this.#sources = sources;
  }

  of(camera: string): Promise<Answer> {
    const nowMs = this.#sources.clock.now();
    const kept = this.#kept.get(camera);
    if (kept !== undefined && nowMs - kept.atMs < FRESH_MS) return kept.answer;
    const answer = this.#decode(camera);
    this.#kept.set(camera, { atMs: nowMs, answer });
    return answer;
  }

  async #decode(camera: string): Promise<Answer> {
    const { states, originals, clock } = this.#sources;
    const percept = states.get(camera)?.lastPercept;
    if (percept === undefined) return { status: 503, body: `${camera} has no percept yet` };
    const found = await originals.jpeg(percept);
    if (found.jpeg === undefined) return { status: 503, body: `${camera} has no picture: ${found.message}` };
    return {
      status: 200,
      contentType: 'image/jpeg',
      headers: {
        'nowcast-seq': String(percept.seq),
        'nowcast-captured-at': new Date(clock.toUnixMs(percept.capturedAtMs)).toISOString(),
      },
      body: found.jpeg,
    };
  }
}
