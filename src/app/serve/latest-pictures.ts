import type { Clock, WallClock } from '../../core/clock.js';
import type { Answer } from '../../streaming/http/answer.js';
import type { Originals } from '../../streaming/originals/originals.js';
import { boxesSvg } from '../../streaming/sinks/annotated-pictures/boxes-svg.js';
import type { CameraState, CameraStates } from './camera-states.js';

export type LatestPicturesSources = {
  readonly states: CameraStates;
  readonly originals: Pick<Originals, 'jpeg'>;
  readonly clock: Clock & WallClock;
};

/** A form of a picture. */
export type PictureForm = {
  readonly hasBoxes: boolean;
  /** In pixels; a lower picture stays as it is. */
  readonly height?: number | undefined;
};

/** What is known of a picture, and seen in it. */
type Shown = Pick<NonNullable<CameraState['lastPercept']>, 'seq' | 'capturedAtMs' | 'width' | 'height' | 'detections'>;
type Found = { readonly jpeg: Uint8Array; readonly shown: Shown };
type Kept = {
  readonly atMs: number;
  readonly found: Promise<Found | string>;
  readonly answers: Map<string, Promise<Answer>>;
};

/** Decoding a picture costs as much as some runs of the detector, so all who ask share one in this time. */
const FRESH_MS = 1000;
/** Forms of one picture; clients may ask for any height. */
const MOST_FORMS = 4;
const QUALITY = 85;

/** The pictures of the newest percepts, or of the newest frames while detection is off. Nobody asking costs nothing. */
export class LatestPictures {
  readonly #sources: LatestPicturesSources;
  readonly #kept = new Map<string, Kept>();

  constructor(sources: LatestPicturesSources) {
    this.#sources = sources;
  }

  of(camera: string, form: PictureForm = { hasBoxes: false }): Promise<Answer> {
    const { found, answers } = this.#picture(camera);
    const key = `${form.height} ${form.hasBoxes}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    if (answers.size >= MOST_FORMS)
      return Promise.resolve({ status: 503, body: `more than ${MOST_FORMS} forms of one picture are asked for` });
    const answer = this.#answer(found, form);
    answers.set(key, answer);
    return answer;
  }

  #picture(camera: string): Kept {
    const nowMs = this.#sources.clock.now();
    for (const [name, { atMs }] of this.#kept) if (nowMs - atMs >= FRESH_MS) this.#kept.delete(name);
    const kept = this.#kept.get(camera);
    if (kept !== undefined) return kept;
    const decoded = { atMs: nowMs, found: this.#decode(camera), answers: new Map<string, Promise<Answer>>() };
    this.#kept.set(camera, decoded);
    return decoded;
  }

  /** @returns the reason if there is none */
  async #decode(camera: string): Promise<Found | string> {
    const { states, originals } = this.#sources;
    const { lastPercept, lastUndetected } = states.get(camera) ?? {};
    const newest = lastUndetected ?? lastPercept;
    if (newest === undefined) return `${camera} has no percept yet`;
    const found = await originals.jpeg(newest);
    if (found.jpeg === undefined) return `${camera} has no picture: ${found.message}`;
    const { jpeg, width, height } = found;
    return { jpeg, shown: { width, height, detections: [], ...newest } };
  }

  async #answer(picture: Promise<Found | string>, form: PictureForm): Promise<Answer> {
    const found = await picture;
    if (typeof found === 'string') return { status: 503, body: found };
    const { shown, jpeg } = found;
    return {
      status: 200,
      contentType: 'image/jpeg',
      headers: {
        'nowcast-seq': String(shown.seq),
        'nowcast-captured-at': new Date(this.#sources.clock.toUnixMs(shown.capturedAtMs)).toISOString(),
      },
      body: form.hasBoxes || form.height !== undefined ? await inForm(jpeg, shown, form) : jpeg,
    };
  }
}

async function inForm(jpeg: Uint8Array, { width, height, detections }: Shown, form: PictureForm): Promise<Uint8Array> {
  const shownHeight = Math.min(height, form.height ?? height);
  const shown = { width: Math.max(1, Math.round((width * shownHeight) / height)), height: shownHeight };
  const { default: sharp } = await import('sharp');
  const picture = sharp(jpeg)
    .autoOrient()
    .resize({ ...shown, fit: 'fill' });
  if (form.hasBoxes) picture.composite([{ input: Buffer.from(boxesSvg(detections, { width, height }, shown)) }]);
  return picture.jpeg({ quality: QUALITY }).toBuffer();
}
