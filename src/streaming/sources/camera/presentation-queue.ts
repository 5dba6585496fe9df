/** Why a unit of a stream gives no picture: its turn was passed over on purpose, or the decoder made nothing of it. */
export type Fate = 'shed' | 'undecodable';

/** Follows units from the stream to their pictures and tells their fate in presentation order. One for each decoder. */
export type PresentationQueue<T> = {
  /** A unit is with the decoder now. @param ptsUs unlike that of any other unit */
  fed(ptsUs: number, unit: T): void;
  /** A unit was passed over. */
  shed(ptsUs: number, unit: T): void;
  /** The decoder gave the picture of that time; undefined where it was fed no such unit. */
  decoded(ptsUs: number): T | undefined;
  /** No picture comes any more. */
  end(): void;
  /** The unit that the decoder owes the longest. */
  readonly oldestFed: T | undefined;
  /** Units that are with the decoder, in presentation order. */
  readonly fedUnits: readonly T[];
};

type Entry<T> = { readonly ptsUs: number; readonly unit: T; isShed: boolean };

/**
 * A decoder takes units in coding order and gives pictures in presentation order, so a picture says of every earlier one
 * that it will not come. Units that were shed wait for their turn, so that a stream's frames come in order.
 *
 * @param onMissing called for each unit without a picture, in presentation order among the others
 */
export function presentationQueue<T>(onMissing: (unit: T, fate: Fate) => void): PresentationQueue<T> {
  /** By presentation time. Short: it holds the units in the decoder, and those that were shed behind them. */
  const entries: Entry<T>[] = [];

  const insert = (entry: Entry<T>): void => {
    const after = entries.findLastIndex(({ ptsUs }) => ptsUs < entry.ptsUs);
    entries.splice(after + 1, 0, entry);
  };
  const tell = ({ unit, isShed }: Entry<T>): void => onMissing(unit, isShed ? 'shed' : 'undecodable');
  const tellHead = (): void => {
    while (entries.length > 0 && entries[0].isShed) tell(entries.shift()!);
  };

  return {
    fed: (ptsUs, unit) => insert({ ptsUs, unit, isShed: false }),
    shed: (ptsUs, unit) => {
      insert({ ptsUs, unit, isShed: true });
      tellHead();
    },
    decoded: (ptsUs) => {
      const index = entries.findIndex((entry) => entry.ptsUs === ptsUs);
      if (index < 0) return undefined;
      for (const entry of entries.splice(0, index)) tell(entry);
      return entries.shift()!.unit;
    },
    end: () => {
      for (const entry of entries.splice(0)) tell(entry);
    },
    get oldestFed() {
      return entries.find(({ isShed }) => !isShed)?.unit;
    },
    get fedUnits() {
      return entries.flatMap(({ isShed, unit }) => (isShed ? [] : [unit]));
    },
  };
}
