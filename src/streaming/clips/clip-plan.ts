/** Times of a clip in milliseconds of the stream. */
export type ClipTimes = {
  /** Shown before the first object. It begins at the key picture before. */
  readonly preMs: number;
  /** Shown after the last object has gone. */
  readonly postMs: number;
  /** The longest clip. An object that stays longer begins another one when it moves. */
  readonly maxMs: number;
};

/** News of an object. */
export type ClipNews = {
  readonly id: string;
  readonly phase: 'start' | 'update' | 'end';
  /** It moves, so that there is something to see. */
  readonly isActive: boolean;
  /** The connection was lost; nothing more belongs to the clip. */
  readonly isInterrupted: boolean;
  readonly ptsMs: number;
};

/** The clip of a camera: one for all objects that are there at one time. */
export type ClipPlan = {
  /** Undefined: no clip is being written. */
  readonly clip?: {
    readonly fromMs: number;
    /** Every object that it shows. */
    readonly objects: readonly string[];
    /** Known once no object is there. */
    readonly untilMs?: number;
  };
  /** Objects that are there. */
  readonly present: readonly string[];
};

export const NO_CLIP: ClipPlan = { present: [] };

export function afterNews(
  { preMs, postMs }: ClipTimes,
  { clip, present }: ClipPlan,
  { id, phase, isActive, isInterrupted, ptsMs }: ClipNews,
): ClipPlan {
  const others = present.filter((one) => one !== id);
  const there = phase === 'end' ? others : [...others, id];
  if (isInterrupted) return { ...(clip && { clip: { ...clip, untilMs: -Infinity } }), present: there };
  if (clip === undefined) {
    const isNews = phase === 'start' || (phase === 'update' && isActive);
    return { ...(isNews && { clip: { fromMs: ptsMs - preMs, objects: [id] } }), present: there };
  }
  const { untilMs: _, ...open } = clip;
  const objects = clip.objects.includes(id) ? clip.objects : [...clip.objects, id];
  const isOver = there.length === 0;
  return { clip: { ...open, objects, ...(isOver && { untilMs: ptsMs + postMs }) }, present: there };
}

/** True if a picture of this time does not belong to the clip any more. */
export function isClipOver({ maxMs }: ClipTimes, { clip }: ClipPlan, ptsMs: number): boolean {
  return clip !== undefined && (ptsMs > (clip.untilMs ?? Infinity) || ptsMs - clip.fromMs > maxMs);
}
