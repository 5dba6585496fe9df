import type { PostMessage } from '../http/post.js';
import { Fragmenter, type LiveFragment } from './fragmenter.js';
import type { LiveText } from './live-messages.js';
import { liveHead, type LiveViewer } from './live-viewer.js';
import { unitsIn } from './unit-records.js';

/** Beyond this, a group of pictures is not kept, and a late viewer waits for the next key picture. */
const MOST_KEPT_BYTES = 16 * 1024 * 1024;

/** The viewers of one camera in one form, and the pictures with which a late one begins. */
export class LiveChannel {
  readonly viewers = new Set<LiveViewer>();
  readonly #fragmenter = new Fragmenter();
  /** The last key picture and those since. */
  #group: LiveFragment[] = [];
  #groupBytes = 0;
  /** The newest picture, for late viewers. */
  #picture: Uint8Array | undefined;
  /** Why there is nothing to see. */
  #none: LiveText | undefined;

  add(viewer: LiveViewer): void {
    this.viewers.add(viewer);
    if (this.#none !== undefined) viewer.say(this.#none);
    viewer.begin(this.#group);
    if (this.#picture !== undefined) viewer.offerPicture(this.#picture);
  }

  post({ body, seq = 0, missed }: PostMessage, form: string): void {
    if (typeof body === 'string') {
      this.#none = JSON.parse(body) as LiveText;
      for (const viewer of this.viewers) viewer.say(this.#none);
    } else if (form === 'pictures') {
      this.#picture = Buffer.concat([liveHead('picture', seq), body]);
      for (const viewer of this.viewers) viewer.offerPicture(this.#picture);
    } else {
      this.#none = undefined;
      if (missed > 0) this.#lost();
      for (const unit of unitsIn(body)) {
        const fragment = this.#fragmenter.push(unit);
        if (fragment !== undefined) this.#take(fragment);
      }
    }
  }

  #take(fragment: LiveFragment): void {
    for (const viewer of this.viewers) viewer.offer(fragment);
    if (fragment.isKey) [this.#group, this.#groupBytes] = [[], 0];
    else if (this.#group.length === 0) return;
    this.#groupBytes += fragment.bytes.length;
    if (this.#groupBytes > MOST_KEPT_BYTES) this.#group = [];
    else this.#group.push(fragment);
  }

  /** Units before the next one are missing, so that nobody can show what depends on them. */
  #lost(): void {
    this.#group = [];
    for (const viewer of this.viewers) viewer.lost();
  }
}
