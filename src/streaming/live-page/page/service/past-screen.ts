import { newElement } from '../page.js';
import type { PastPicture } from './past.js';

/** A slider moves faster than the service answers one address. */
const EVERY_MS = 100;

/** Shows pictures that the service kept, one after the other, over what is live. */
export class PastScreen {
  readonly element = newElement('img', 'past');
  readonly #onShown: () => void;
  #wanted: PastPicture | undefined;
  #shown: PastPicture | undefined;
  #isLoading = false;

  /** @param onShown called for each picture that appears, and when none is shown any more */
  constructor(onShown: () => void) {
    this.#onShown = onShown;
    this.element.alt = '';
    this.element.hidden = true;
  }

  /** The picture that is seen; undefined if none is. */
  get shown(): PastPicture | undefined {
    return this.#shown;
  }

  /** Undefined shows what is live again. */
  show(picture: PastPicture | undefined): void {
    this.#wanted = picture;
    if (picture !== undefined) void this.#load();
    else if (this.#shown !== undefined) {
      this.#shown = undefined;
      this.element.hidden = true;
      this.#onShown();
    }
  }

  async #load(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    for (let next = this.#wanted; next !== undefined && next.seq !== this.#shown?.seq; next = this.#wanted) {
      this.element.src = next.path;
      const isThere = await this.element.decode().then(
        () => true,
        () => false,
      );
      if (this.#wanted !== undefined && isThere) {
        this.#shown = next;
        this.element.hidden = false;
        this.#onShown();
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      // It is gone; another one may be there.
      if (!isThere && this.#wanted === next) break;
    }
    this.#isLoading = false;
  }
}
