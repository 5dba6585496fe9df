import type { OriginalFinder, UnitFollower } from './answer.js';

type Following = { readonly follower: UnitFollower; stop: () => void };

/** The followers of streams' coded pictures, over every change of the streams' sources. */
export class Followers {
  readonly #finderOf: (streamId: string) => Pick<OriginalFinder, 'follow'> | undefined;
  readonly #byStream = new Map<string, Set<Following>>();

  constructor(finderOf: (streamId: string) => Pick<OriginalFinder, 'follow'> | undefined) {
    this.#finderOf = finderOf;
  }

  /** @returns ends it */
  add(streamId: string, follower: UnitFollower): () => void {
    const following: Following = { follower, stop: () => undefined };
    const all = this.#byStream.get(streamId) ?? new Set();
    this.#byStream.set(streamId, all.add(following));
    this.#begin(streamId, following);
    return () => {
      following.stop();
      all.delete(following);
      if (all.size === 0) this.#byStream.delete(streamId);
    };
  }

  /** The stream has another source, or none for now. */
  changed(streamId: string): void {
    for (const following of this.#byStream.get(streamId) ?? []) {
      following.stop();
      following.stop = () => undefined;
      if (this.#finderOf(streamId) !== undefined) this.#begin(streamId, following);
    }
  }

  #begin(streamId: string, following: Following): void {
    const finder = this.#finderOf(streamId);
    if (finder?.follow === undefined) following.follower.onNone('this source has no coded video');
    else following.stop = finder.follow(following.follower);
  }
}
