import { readFile } from 'node:fs/promises';
import type { ClassNameOrigin } from '../core/detector.js';
import { ModelError } from '../core/errors.js';
import { utf8Text } from '../core/utf8.js';
import { counted } from '../core/counted.js';

/** COCO's 80 classes in YOLOX's order (`yolox/data/datasets/coco_classes.py`). */
const COCO = [
  'person',
  'bicycle',
  'car',
  'motorcycle',
  'airplane',
  'bus',
  'train',
  'truck',
  'boat',
  'traffic light',
  'fire hydrant',
  'stop sign',
  'parking meter',
  'bench',
  'bird',
  'cat',
  'dog',
  'horse',
  'sheep',
  'cow',
  'elephant',
  'bear',
  'zebra',
  'giraffe',
  'backpack',
  'umbrella',
  'handbag',
  'tie',
  'suitcase',
  'frisbee',
  'skis',
  'snowboard',
  'sports ball',
  'kite',
  'baseball bat',
  'baseball glove',
  'skateboard',
  'surfboard',
  'tennis racket',
  'bottle',
  'wine glass',
  'cup',
  'fork',
  'knife',
  'spoon',
  'bowl',
  'banana',
  'apple',
  'sandwich',
  'orange',
  'broccoli',
  'carrot',
  'hot dog',
  'pizza',
  'donut',
  'cake',
  'chair',
  'couch',
  'potted plant',
  'bed',
  'dining table',
  'toilet',
  'tv',
  'laptop',
  'mouse',
  'remote',
  'keyboard',
  'cell phone',
  'microwave',
  'oven',
  'toaster',
  'sink',
  'refrigerator',
  'book',
  'clock',
  'vase',
  'scissors',
  'teddy bear',
  'hair drier',
  'toothbrush',
] as const;

/** Argoverse-HD's eight classes, by category id. */
const ARGOVERSE_HD = ['person', 'bicycle', 'car', 'motorcycle', 'bus', 'truck', 'traffic light', 'stop sign'] as const;

/** Label sets by name. */
export const LABEL_SETS = { coco: COCO, 'argoverse-hd': ARGOVERSE_HD } as const satisfies Record<
  string,
  readonly string[]
>;

/** Category ids 1–90 that COCO does not use. */
const UNUSED_COCO_IDS = new Set([12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);

/** COCO's own category id (1–90) of each of the 80 classes, by class id. */
export const cocoCategoryIds: readonly number[] = Array.from({ length: 90 }, (_, i) => i + 1).filter(
  (id) => !UNUSED_COCO_IDS.has(id),
);

/** Class names by class id, with their origin. */
export type Labels = { readonly names: readonly string[]; readonly from: ClassNameOrigin };

/**
 * A model's class names.
 * @param nameOrPath `coco`, `argoverse-hd`, or a text file with one name per line, optionally after its class id (`0
 *   person`); undefined takes the names in the model's file, the set with as many classes, or `class-0`, `class-1`…
 * @throws ModelError if there are not `classCount` names; the message contains both counts
 */
export async function loadLabels(
  nameOrPath: string | undefined,
  { classCount, classNames }: { readonly classCount: number; readonly classNames?: readonly string[] },
): Promise<Labels> {
  if (nameOrPath === undefined) {
    if (classNames !== undefined) return { names: classNames, from: 'file' };
    const guess = Object.values(LABEL_SETS).find((set) => set.length === classCount);
    if (guess !== undefined) return { names: guess, from: 'guess' };
    return { names: Array.from({ length: classCount }, (_, id) => `class-${id}`), from: 'numbers' };
  }
  const names = isLabelSet(nameOrPath) ? LABEL_SETS[nameOrPath] : await readLabelFile(nameOrPath);
  if (names.length !== classCount) {
    throw new ModelError(
      `labels "${nameOrPath}" have ${counted(names.length, 'name')}, the model has ${counted(classCount, 'class', 'classes')}; ` +
        'give the labels that the model was trained on, or omit --labels to number the classes',
      { code: 'NOWCAST_MODEL_LABELS' },
    );
  }
  return { names, from: 'given' };
}

function isLabelSet(name: string): name is keyof typeof LABEL_SETS {
  return Object.hasOwn(LABEL_SETS, name);
}

async function readLabelFile(path: string): Promise<string[]> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new ModelError(
      `cannot read the labels "${path}" (${code === 'ENOENT' ? 'there is no such file' : message}); give a text file with one name a line, ` +
        `or one of ${Object.keys(LABEL_SETS).join(', ')}`,
      { cause, code: 'NOWCAST_MODEL_LABELS' },
    );
  }
  const lines = labelText(bytes, path)
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const numbered = lines.map((line) => /^(\d+)[\s:,]+(\S.*)$/.exec(line));
  return numbered.every((match) => match !== null) ? byId(numbered, path) : lines;
}

function labelText(bytes: Uint8Array, path: string): string {
  try {
    return utf8Text(bytes, `the file of labels "${path}"`);
  } catch (cause) {
    throw new ModelError((cause as Error).message, { cause, code: 'NOWCAST_MODEL_LABELS' });
  }
}

/** Ids may come in any order, but must be 0, 1, 2… without a gap: a wrong id would give every box a wrong name. */
function byId(lines: readonly RegExpExecArray[], path: string): string[] {
  const names: string[] = [];
  for (const [line, id, name] of lines) {
    if (Number(id) >= lines.length || names[Number(id)] !== undefined) {
      throw new ModelError(
        `labels "${path}": ids must be 0 to ${lines.length - 1}, each once; "${line}" is outside that range or repeated`,
        { code: 'NOWCAST_MODEL_LABELS' },
      );
    }
    names[Number(id)] = name;
  }
  return names;
}
