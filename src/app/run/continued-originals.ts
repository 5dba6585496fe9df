import type { Originals } from '../../streaming/originals/originals.js';

/**
 * The originals for a source that begins anew: it knows its frames by the numbers that it gives them, and others know
 * them by numbers that go on.
 * @param firstSeq the number that others give to the first frame
 */
export function continuedOriginals(originals: Originals, firstSeq: number): Originals {
  if (firstSeq === 0) return originals;
  return {
    ...originals,
    add: (streamId, finder) =>
      originals.add(streamId, {
        find: (ref) => finder.find({ ...ref, seq: ref.seq - firstSeq }),
        ...(finder.follow !== undefined && { follow: (follower) => finder.follow!(follower) }),
        ...(finder.since !== undefined && { since: (ptsMs) => finder.since!(ptsMs) }),
      }),
  };
}
