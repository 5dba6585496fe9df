import type { Frame } from '../../core/frame.js';
import type { PictureFormat } from '../../core/picture.js';
import { round3 } from '../../core/round.js';
import { pictureBody } from '../live-page/picture-body.js';
import type { PagePublisher, Pages } from '../http/pages.js';
import type { FollowedUnit } from '../originals/answer.js';
import type { Originals } from '../originals/originals.js';
import { detectedPixels, jpegFor } from './detected-jpeg.js';
import { LIVE_FORMS, type LivePictureFacts, type LiveText } from './live-messages.js';
import { liveTopic, readLiveTopic, type LiveTopic } from './live-topic.js';
import { unitRecords } from './unit-records.js';

export type LivePicturesOptions = {
  readonly originals: Pick<Originals, 'follow'>;
  /** The cameras' coded pictures at full size, with the same times. Default: `originals`. */
  readonly full?: Pick<Originals, 'follow'>;
  /** The names of the cameras now. */
  readonly hasCamera: (name: string) => boolean;
  /** The input of the camera's detector. */
  readonly inputOf: (camera: string) => PictureFormat;
  readonly onWarning: (message: string) => void;
};

/**
 * The pictures of cameras for the browsers that watch them: a camera's own coded pictures where they are at hand, and
 * the detector's where not. Of a camera without viewers, nothing is passed on.
 */
export class LivePictures {
  readonly #options: LivePicturesOptions;
  /** Ends the following of a camera's units, by topic. */
  readonly #followed = new Map<string, () => void>();
  /** Cameras whose last picture is being encoded. */
  readonly #encoding = new Set<string>();
  #publisher: PagePublisher | undefined;
  #hasWarned = false;

  constructor(options: LivePicturesOptions) {
    this.#options = options;
  }

  readonly onOpen: Pages['onOpen'] = (publisher) => {
    this.#publisher = publisher;
  };

  readonly onWatched = (topic: string, isWatched: boolean): void => {
    const live = readLiveTopic(topic);
    if (live === undefined) return;
    if (!isWatched) {
      this.#followed.get(topic)?.();
      this.#followed.delete(topic);
    } else if (!this.#options.hasCamera(live.camera)) this.#say(topic, 'there is no camera of this name', false);
    else if (live.form !== 'pictures') this.#follow(topic, live);
  };

  /** Number of browsers that watch the camera's live pictures, in any form. */
  viewersOf(camera: string): number {
    const watchers = LIVE_FORMS.map((form) => this.#publisher?.watchers(liveTopic({ camera, form })) ?? 0);
    return watchers.reduce((sum, one) => sum + one, 0);
  }

  /** Takes a frame that the detector has taken. Reads its picture before it returns. */
  taken({ streamId, ptsMs, picture }: Frame): void {
    const topic = liveTopic({ camera: streamId, form: 'pictures' });
    if ((this.#publisher?.watchers(topic) ?? 0) === 0 || this.#encoding.has(streamId)) return;
    const pixels = detectedPixels(picture, this.#options.inputOf(streamId));
    const facts: LivePictureFacts = { ptsMs: round3(ptsMs), ...picture.size };
    this.#encoding.add(streamId);
    void jpegFor(pixels)
      .then(
        (jpeg) => this.#post(topic, pictureBody(facts, jpeg), Math.round(ptsMs * 1000)),
        (error: unknown) => this.#warn(`the page gets no pictures of ${streamId}: ${(error as Error).message}`),
      )
      .finally(() => this.#encoding.delete(streamId));
  }

  #follow(topic: string, { camera, form }: LiveTopic): void {
    const { originals, full = originals } = this.#options;
    let isDone = false;
    // The units from the last key picture on come at once, and travel together.
    const first: FollowedUnit[] = [];
    let isFirst = true;
    const stop = (form === 'full' ? full : originals).follow(camera, {
      onUnit: (unit) => {
        if (isDone) return;
        if (unit.codec !== 'h264') {
          isDone = true;
          this.#say(topic, `browsers do not play ${NAMES[unit.codec]} everywhere`, false);
        } else if (isFirst) first.push(unit);
        else this.#post(topic, unitRecords([unit]));
      },
      onNone: (why) => this.#say(topic, why, true),
    });
    isFirst = false;
    if (first.length > 0) this.#post(topic, unitRecords(first));
    this.#followed.set(topic, stop);
  }

  #say(topic: string, why: string, isForNow: boolean): void {
    this.#post(topic, JSON.stringify({ type: 'none', why, isForNow } satisfies LiveText));
  }

  #post(topic: string, body: string | Uint8Array, seq?: number): void {
    this.#publisher?.post({ topic, key: '', body, isForWatchers: true, ...(seq !== undefined && { seq }) });
  }

  #warn(message: string): void {
    if (!this.#hasWarned) this.#options.onWarning(message);
    this.#hasWarned = true;
  }
}

const NAMES: Readonly<Record<FollowedUnit['codec'], string>> = { h264: 'H.264', h265: 'H.265', mjpeg: 'Motion JPEG' };
