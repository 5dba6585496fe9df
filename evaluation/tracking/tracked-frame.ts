import { boxIou, type Box } from '../../src/core/box.js';

/** One object of a frame: its box, its class, and the number that it keeps from frame to frame. */
export type TrackedBox = { readonly id: number; readonly classId: number; readonly box: Box };

/** The true objects of a frame and the tracks that a tracker reported for it; each id occurs once in each list. */
export type TrackedFrame = { readonly truth: readonly TrackedBox[]; readonly tracks: readonly TrackedBox[] };

/** Least overlap at which a track shows an object, as in the MOT challenges. */
const MIN_IOU = 0.5;

/** The distance of a track from an object, 1 - IoU; `Infinity` for another class or too small an overlap. */
export function distanceOf(object: TrackedBox, track: TrackedBox): number {
  if (object.classId !== track.classId) return Infinity;
  const iou = boxIou(object.box, track.box);
  return iou >= MIN_IOU ? 1 - iou : Infinity;
}
