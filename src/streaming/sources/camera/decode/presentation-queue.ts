/** The reason why a unit gives no picture: it was skipped on purpose, or the decoder could not decode it. */
export type Fate = 'shed' | 'undecodable';

/**
 * Follows units from the stream to their pictures and reports their outcome in presentation order. One for each
 * decoder.
 */
export type PresentationQueue<T> = {
  /**
   * A unit is with the decoder now.
   * @param ptsUs differs from that of every other unit
   */
  fed(ptsUs: number, unit: T): void;
  /** A unit was skipped. */
  shed(ptsUs: number, unit: T): void;
  /** The decoder returned the picture of that time; undefined if it got no such unit. */
  decoded(ptsUs: number): T | undefined;
  /** No further picture comes. */
  end(): void;
  /**
   * The unit of the decoder's next outstanding picture: the oldest in it, or for a stream with B-pictures one that came
   * later.
   */
  readonly oldestFed: T | undefined;
  /** Units that are with the decoder, in presentation order. */
  readonly fedUnits: readonly T[];
};

type Entry<T> = { readonly ptsUs: number; readonly unit: T; isShed: boolean };

/** A decoder learns from the pictures themselves how many it has to hold back. */
const REMEMBERED_PICTURES = 16;
/** H.264 and H.265 allow no more pictures to be held back (max_num_reorder_frames, sps_max_num_reorder_pics). */
const MOST_HELD = 16;

/**
 * A decoder takes units in coding order and returns pictures in presentation order, so a picture proves that no earlier
 * one will come. Shed units wait for their turn, so that a stream's frames come in order.
 *
 * @param onMissing called for each unit without a picture, in presentation order among the others
 */
export function presentationQueue<T>(onMissing: (unit: T, fate: Fate) => void): PresentationQueue<T> {
  /** By presentation time. Short: it contains the units in the decoder, and the shed units after them. */
  const entries: Entry<T>[] = [];
  /** Units in the decoder, in the order in which it got them. */
  let fed: Entry<T>[] = [];
  /** Number of units still in the decoder when it returned each of the last pictures. */
  let held: number[] = [];
  let isReordered = false;

  /** Number of pictures that the decoder keeps until its next unit, rather than because it is slow. */
  const heldBack = (): number => (isReordered && held.length > 0 ? Math.min(MOST_HELD, ...held) : 0);
  const insert = (entry: Entry<T>): void => {
    const after = entries.findLastIndex(({ ptsUs }) => ptsUs < entry.ptsUs);
    entries.splice(after + 1, 0, entry);
  };
  const report = ({ unit, isShed }: Entry<T>): void => onMissing(unit, isShed ? 'shed' : 'undecodable');
  const reportHead = (): void => {
    while (entries.length > 0 && entries[0].isShed) report(entries.shift()!);
  };

  return {
    fed: (ptsUs, unit) => {
      const entry = { ptsUs, unit, isShed: false };
      insert(entry);
      fed.push(entry);
      if (entries.at(-1) !== entry) isReordered = true;
    },
    shed: (ptsUs, unit) => {
      insert({ ptsUs, unit, isShed: true });
      reportHead();
    },
    decoded: (ptsUs) => {
      const index = entries.findIndex((entry) => entry.ptsUs === ptsUs);
      if (index < 0) return undefined;
      const before = entries.splice(0, index);
      const answered = entries.shift()!;
      fed = fed.filter((entry) => entry !== answered && !before.includes(entry));
      held = [...held, fed.length].slice(-REMEMBERED_PICTURES);
      before.forEach(report);
      return answered.unit;
    },
    end: () => {
      fed = [];
      for (const entry of entries.splice(0)) report(entry);
    },
    get oldestFed() {
      return fed[heldBack()]?.unit;
    },
    get fedUnits() {
      return entries.flatMap(({ isShed, unit }) => (isShed ? [] : [unit]));
    },
  };
}
