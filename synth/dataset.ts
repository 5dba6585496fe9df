import type { Size } from '../src/core/size.js';
import type { Annotation } from './annotate.js';
import { COCO_MAPPING, SYNTH_CLASSES } from './classes.js';
import type { Conditions } from './conditions.js';

/** A drive in the annotations. */
export type AnnotatedSequence = {
  readonly seed: number;
  readonly conditions: Conditions;
  /** The visible objects, frame by frame. */
  readonly frames: readonly (readonly Annotation[])[];
};

export function sequenceName(seed: number): string {
  return `drive-${String(seed).padStart(6, '0')}`;
}

export function frameName(index: number, format: 'jpg' | 'png'): string {
  return `${String(index).padStart(6, '0')}.${format}`;
}

/**
 * Puts drives into the form of Argoverse-HD's annotation files: COCO's, with `sid` and `fid` of each image, its
 * sequence's folder below the data root, and each object's `track`, which is its own within a sequence.
 */
export function argoverseJson(
  sequences: readonly AnnotatedSequence[],
  size: Size,
  fps: number,
  format: 'jpg' | 'png',
): object {
  const images: object[] = [];
  const annotations: object[] = [];
  sequences.forEach(({ frames }, sid) =>
    frames.forEach((objects, fid) => {
      const imageId = images.length;
      images.push({ id: imageId, sid, fid, name: frameName(fid, format), ...size });
      for (const { box, classId, trackId, visibleShare } of objects) {
        const [x, y, width, height] = [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1].map(toHundredths);
        annotations.push({
          id: annotations.length,
          image_id: imageId,
          category_id: classId,
          bbox: [x, y, width, height],
          area: toHundredths(width * height),
          iscrowd: 0,
          ignore: 0,
          track: trackId,
          visible: toHundredths(visibleShare),
        });
      }
    }),
  );
  const names = sequences.map(({ seed }) => sequenceName(seed));
  return {
    info: {
      description: 'Synthetic drives of Nowcast',
      fps,
      drives: sequences.map(({ seed, conditions }) => ({ seed, ...conditions })),
    },
    categories: SYNTH_CLASSES.map((name, id) => ({ id, name })),
    coco_subset: COCO_MAPPING.flatMap((mapped, coco) => (mapped < SYNTH_CLASSES.length ? [coco] : [])),
    coco_mapping: COCO_MAPPING,
    sequences: names,
    seq_dirs: names.map((name) => `frames/${name}`),
    images,
    annotations,
  };
}

function toHundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
