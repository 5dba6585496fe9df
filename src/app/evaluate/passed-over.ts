import { withoutImages } from '../../../evaluation/choose-classes.js';
import type { GroundTruth } from '../../../evaluation/ground-truth.js';
import { counted } from '../../core/counted.js';
import { DataError, SourceError } from '../../core/errors.js';
import type { Log } from '../context.js';

/** A picture that was not scored, and why. */
export type PassedOverPicture = { readonly file: string; readonly reason: string };

/** Part of the `--json` output, if pictures were passed over. */
export type PassedOverJson = { readonly passedOver?: readonly PassedOverPicture[] };

/** More are counted, not named. */
const MOST_NAMED = 10;

/** The annotated pictures that an evaluation cannot use. They are named and counted, and the others are scored. */
export class PassedOver {
  readonly #truth: GroundTruth;
  readonly #log: Log;
  readonly #isStrict: boolean;
  readonly #images = new Set<number>();
  readonly #pictures: PassedOverPicture[] = [];

  /** @param isStrict true to fail at the first one */
  constructor(truth: GroundTruth, log: Log, isStrict: boolean) {
    this.#truth = truth;
    this.#log = log;
    this.#isStrict = isStrict;
  }

  /**
   * @param image index of the image; a second time changes nothing
   * @throws the cause if it concerns more than this picture, or every picture is needed
   */
  add(image: number, cause: unknown): void {
    const isOfPicture = cause instanceof SourceError || cause instanceof DataError;
    if (!isOfPicture || this.#isStrict) throw cause;
    if (this.#images.has(image)) return;
    const { name } = this.#truth.images[image];
    this.#images.add(image);
    this.#pictures.push({ file: name, reason: cause.message });
    if (this.#pictures.length <= MOST_NAMED) this.#log.warn(`${cause.message}; it is passed over`);
  }

  /**
   * The ground truth of the pictures that were used.
   * @throws SourceError if there are none
   */
  scored(): GroundTruth {
    const { length: count } = this.#pictures;
    const { length: all } = this.#truth.images;
    if (count === 0) return this.#truth;
    if (count === all)
      throw new SourceError(`none of ${counted(all, 'annotated picture')} can be used: ${this.#pictures[0].reason}`);
    this.#log.warn(`${counted(count, 'picture')} of ${all} passed over; the score holds for the other ${all - count}`);
    return withoutImages(this.#truth, this.#images);
  }

  json(): PassedOverJson {
    return this.#pictures.length === 0 ? {} : { passedOver: this.#pictures };
  }
}
