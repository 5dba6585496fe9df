/** Argoverse-HD's eight classes, in its order. */
export const SYNTH_CLASSES = [
  'person',
  'bicycle',
  'car',
  'motorcycle',
  'bus',
  'truck',
  'traffic light',
  'stop sign',
] as const;

export type SynthClass = (typeof SYNTH_CLASSES)[number];

/** For each of COCO's 80 classes, the class here, or 8 for classes that a drive does not have. */
export const COCO_MAPPING: readonly number[] = Array.from({ length: 80 }, (_, coco) => {
  const found = [0, 1, 2, 3, 5, 7, 9, 11].indexOf(coco);
  return found < 0 ? SYNTH_CLASSES.length : found;
});
