import { randomSource } from '../helpers/random.js';

/** A pair of files as text, since JSON.stringify knows neither NaN nor whole numbers beyond 2^53. */
export type CocoFiles = {
  readonly annotations: string;
  readonly detections: string;
  /** What is odd about them, for messages. */
  readonly oddities: readonly string[];
  /** True if Nowcast may score them although pycocotools refuses them. */
  readonly isLenient: boolean;
};

type Json = Record<string, unknown>;
type Scene = { readonly images: Json[]; readonly categories: Json[]; readonly annotations: Json[]; detections: Json[] };
type Dice = ReturnType<typeof diceOf>;

type Oddity = {
  readonly name: string;
  /** Nowcast reads such files although pycocotools refuses them. */
  readonly isLenient?: true;
  apply(scene: Scene, dice: Dice): void;
};

/** A value that is written as it stands. */
class Raw {
  constructor(readonly text: string) {}
}

const NAN = new Raw('NaN');
const INFINITE = new Raw('Infinity');

/** Random annotations and results of which up to four things are odd. The same seed gives the same files. */
export function randomCocoFiles(seed: number): CocoFiles {
  const dice = diceOf(seed);
  const scene = plainScene(dice);
  const chosen = Array.from({ length: dice.below(5) }, () => dice.of(ODDITIES));
  for (const { apply } of chosen) apply(scene, dice);
  const { detections, ...annotations } = scene;
  return {
    annotations: write(annotations),
    detections: write(detections),
    oddities: chosen.map(({ name }) => name),
    // pycocotools looks at the first detection without asking whether there is one.
    isLenient: detections.length === 0 || chosen.some(({ isLenient }) => isLenient === true),
  };
}

function plainScene(dice: Dice): Scene {
  const images = Array.from({ length: 1 + dice.below(8) }, (_, i): Json => ({
    id: i + 1,
    file_name: `${i + 1}.jpg`,
    width: 640,
    height: 480,
  }));
  const categories = Array.from({ length: 1 + dice.below(4) }, (_, i): Json => ({ id: i + 1, name: `class ${i + 1}` }));
  const annotations: Json[] = [];
  const detections: Json[] = [];
  for (const { id: image_id } of images) {
    for (let object = dice.below(8); object > 0; object--) {
      const category_id = dice.of(categories)['id'];
      const size = dice.of([8, 20, 60, 200]);
      const bbox = [dice.below(400), dice.below(300), size * (0.6 + dice.uniform()), size * (0.6 + dice.uniform())];
      annotations.push({
        id: annotations.length + 1,
        image_id,
        category_id,
        bbox,
        area: bbox[2] * bbox[3] * (0.5 + dice.uniform() / 2),
        iscrowd: dice.uniform() < 0.1 ? 1 : 0,
      });
      for (let found = dice.below(3); found > 0; found--) {
        detections.push({
          image_id,
          category_id: dice.uniform() < 0.9 ? category_id : dice.of(categories)['id'],
          bbox: bbox.map((side) => side + (dice.uniform() - 0.5) * size * 0.2),
          // Few values, so that scores are equal now and then.
          score: Math.round(dice.uniform() * 20) / 20,
        });
      }
    }
    for (let wrong = dice.below(4); wrong > 0; wrong--)
      detections.push({
        image_id,
        category_id: dice.of(categories)['id'],
        bbox: [dice.below(600), dice.below(400), 10 + dice.below(90), 10 + dice.below(90)],
        score: dice.uniform(),
      });
  }
  return { images, categories, annotations, detections };
}

const some =
  (list: 'annotations' | 'detections', change: (record: Json, dice: Dice) => void) =>
  (scene: Scene, dice: Dice): void => {
    for (const record of scene[list]) if (dice.uniform() < 0.2) change(record, dice);
  };

/** Writes the ids of a list, and all references to them, in another way. */
const renumbered =
  (list: 'images' | 'categories', rename: (id: number) => unknown) =>
  (scene: Scene): void => {
    const key = list === 'images' ? 'image_id' : 'category_id';
    const renamed = (id: unknown): unknown =>
      Number.isSafeInteger(id) && (id as number) > 0 ? rename(id as number) : id;
    for (const record of scene[list]) record['id'] = renamed(record['id']);
    for (const record of [...scene.annotations, ...scene.detections]) record[key] = renamed(record[key]);
  };

const sideOf = (value: unknown) => (record: Json, dice: Dice) => {
  const at = dice.below(4);
  record['bbox'] = boxIn(record).map((side, i) => (i === at ? value : side));
};

/** Another oddity may have removed the box. */
function boxIn(record: Json): readonly unknown[] {
  return (record['bbox'] ?? []) as readonly unknown[];
}

const ODD_SIDES: readonly (readonly [name: string, value: unknown])[] = [
  ['a negative side', -5],
  ['a zero side', 0],
  ['a NaN side', NAN],
  ['an infinite side', INFINITE],
  ['a huge side', 1e300],
  ['a huge whole side', new Raw('123456789012345678901234567890')],
  ['a boolean side', true],
];

const ODDITIES: readonly Oddity[] = [
  ...ODD_SIDES.flatMap(([name, value]): Oddity[] => [
    { name: `object with ${name}`, apply: some('annotations', sideOf(value)) },
    { name: `detection with ${name}`, apply: some('detections', sideOf(value)) },
  ]),
  {
    name: 'boxes as text',
    apply: some('annotations', (record) => {
      record['bbox'] = boxIn(record).map((side) => (typeof side === 'number' ? String(side) : side));
    }),
  },
  { name: 'a side that is null', apply: some('annotations', sideOf(null)) },
  { name: 'a detected side that is null', apply: some('detections', sideOf(null)) },
  { name: 'a side that is a word', apply: some('annotations', sideOf('wide')) },
  {
    name: 'boxes of three numbers',
    apply: some('annotations', (record) => {
      record['bbox'] = boxIn(record).slice(0, 3);
    }),
  },
  {
    name: 'no boxes',
    apply: some('annotations', (record) => {
      delete record['bbox'];
      record['segmentation'] = [[1, 1, 1, 9, 9, 9, 9, 1]];
    }),
  },
  {
    name: 'no detected boxes',
    apply: some('detections', (record) => {
      delete record['bbox'];
    }),
  },
  {
    name: 'masks instead of boxes',
    apply(scene, dice) {
      for (const record of scene.detections) {
        delete record['bbox'];
        record['segmentation'] = { size: [480, 640], counts: randomMask(dice) };
      }
    },
  },
  {
    name: 'masks beside boxes',
    apply(scene, dice) {
      scene.detections.forEach((record, i) => {
        if (i === 0) delete record['bbox'];
        record['segmentation'] = { size: [480, 640], counts: randomMask(dice) };
      });
    },
  },
  { name: 'image ids as text', apply: renumbered('images', (id) => `img${id}`) },
  { name: 'image ids as numeric text', apply: renumbered('images', (id) => String(id)) },
  {
    name: 'image ids beyond the plane',
    apply: renumbered('images', (id) => `${['\u{1f600}', '\uffee', 'é', 'z'][id % 4]}${id}`),
  },
  { name: 'image ids beyond 2^53', apply: renumbered('images', (id) => new Raw(`162345678912355678${id}`)) },
  {
    name: 'image ids with a point',
    apply: renumbered('images', (id) => new Raw(`${id}.0`)),
  },
  { name: 'fractional image ids', apply: renumbered('images', (id) => id + 0.5) },
  { name: 'negative image ids', apply: renumbered('images', (id) => -id) },
  { name: 'class ids as text', apply: renumbered('categories', (id) => `c${id}`) },
  { name: 'class ids from 0', apply: renumbered('categories', (id) => id - 1) },
  { name: 'class ids beyond 2^53', apply: renumbered('categories', (id) => new Raw(`901234567890123456${id}`)) },
  {
    name: 'one image id as text',
    apply({ images }) {
      images[0]['id'] = 'first';
    },
  },
  {
    name: 'an image without an id',
    apply({ images }, dice) {
      delete dice.of(images)['id'];
    },
  },
  {
    name: 'equal image ids',
    apply({ images }, dice) {
      images.push({ ...dice.of(images), file_name: 'again.jpg' });
    },
  },
  {
    name: 'equal class ids',
    apply({ categories }, dice) {
      categories.push({ ...dice.of(categories), name: 'again' });
    },
  },
  {
    name: 'equal annotation ids',
    apply: some('annotations', (record) => {
      record['id'] = 3;
    }),
  },
  {
    name: 'annotation ids from 0',
    apply({ annotations }) {
      annotations.forEach((record, i) => {
        record['id'] = i;
      });
    },
  },
  {
    name: 'annotation ids as numeric text',
    apply({ annotations }) {
      annotations.forEach((record, i) => {
        record['id'] = String(i);
      });
    },
  },
  {
    name: 'annotation ids as words',
    isLenient: true,
    apply({ annotations }) {
      annotations.forEach((record, i) => {
        record['id'] = `object-${i}`;
      });
    },
  },
  { name: 'annotation ids that are null', apply: some('annotations', (record) => void (record['id'] = null)) },
  {
    name: 'no annotation ids',
    isLenient: true,
    apply: some('annotations', (record) => void Reflect.deleteProperty(record, 'id')),
  },
  {
    name: 'no areas',
    isLenient: true,
    apply: some('annotations', (record) => void Reflect.deleteProperty(record, 'area')),
  },
  { name: 'null areas', isLenient: true, apply: some('annotations', (record) => void (record['area'] = null)) },
  { name: 'areas as text', apply: some('annotations', (record) => void (record['area'] = '100')) },
  { name: 'NaN areas', apply: some('annotations', (record) => void (record['area'] = NAN)) },
  { name: 'negative areas', apply: some('annotations', (record) => void (record['area'] = -4)) },
  { name: 'zero areas', apply: some('annotations', (record) => void (record['area'] = 0)) },
  { name: 'huge areas', apply: some('annotations', (record) => void (record['area'] = 1e12)) },
  {
    name: 'areas at a limit',
    apply: some('annotations', (record, dice) => void (record['area'] = dice.of([1024, 9216]))),
  },
  {
    name: 'no iscrowd',
    isLenient: true,
    apply: some('annotations', (record) => void Reflect.deleteProperty(record, 'iscrowd')),
  },
  { name: 'null iscrowd', isLenient: true, apply: some('annotations', (record) => void (record['iscrowd'] = null)) },
  {
    name: 'odd iscrowd',
    apply: some('annotations', (record, dice) => {
      record['iscrowd'] = dice.of([true, false, 1.0, 0.5, '1', '0', 2]);
    }),
  },
  {
    name: 'iscrowd that is no number',
    apply: some('annotations', (record, dice) => {
      record['iscrowd'] = dice.of(['yes', -1, 256, []]);
    }),
  },
  { name: 'ignore flags', apply: some('annotations', (record, dice) => void (record['ignore'] = dice.below(2))) },
  { name: 'unknown images', apply: some('annotations', (record) => void (record['image_id'] = 999)) },
  { name: 'unknown classes', apply: some('annotations', (record) => void (record['category_id'] = 999)) },
  { name: 'null images', apply: some('annotations', (record) => void (record['image_id'] = null)) },
  { name: 'no class', apply: some('annotations', (record) => void Reflect.deleteProperty(record, 'category_id')) },
  { name: 'detections of unknown images', apply: some('detections', (record) => void (record['image_id'] = 999)) },
  { name: 'detections of unknown classes', apply: some('detections', (record) => void (record['category_id'] = 999)) },
  {
    name: 'detections without a class',
    apply: some('detections', (record) => void Reflect.deleteProperty(record, 'category_id')),
  },
  { name: 'equal scores', apply: (scene) => scene.detections.forEach((record) => void (record['score'] = 0.5)) },
  { name: 'negative scores', apply: some('detections', (record, dice) => void (record['score'] = -dice.uniform())) },
  { name: 'whole scores', apply: some('detections', (record, dice) => void (record['score'] = dice.below(3))) },
  { name: 'infinite scores', apply: some('detections', (record) => void (record['score'] = INFINITE)) },
  { name: 'NaN scores', apply: some('detections', (record) => void (record['score'] = NAN)) },
  { name: 'boolean scores', isLenient: true, apply: some('detections', (record) => void (record['score'] = true)) },
  { name: 'no scores', apply: some('detections', (record) => void Reflect.deleteProperty(record, 'score')) },
  { name: 'scores as text', apply: some('detections', (record) => void (record['score'] = '0.5')) },
  {
    name: 'more than 100 detections of an image',
    apply({ detections, images, categories }, dice) {
      const [image_id, category_id] = [dice.of(images)['id'], dice.of(categories)['id']];
      for (let i = 0; i < 130; i++)
        detections.push({
          image_id,
          category_id,
          bbox: [dice.below(400), dice.below(300), 10 + dice.below(60), 10 + dice.below(60)],
          score: Math.round(dice.uniform() * 50) / 50,
        });
    },
  },
  {
    name: 'unsorted lists',
    apply(scene) {
      for (const list of Object.values(scene)) if (Array.isArray(list)) list.reverse();
    },
  },
  { name: 'no sizes', apply: ({ images }) => images.forEach((record) => void Reflect.deleteProperty(record, 'width')) },
  { name: 'null sizes', apply: ({ images }) => images.forEach((record) => void (record['height'] = null)) },
  { name: 'zero sizes', apply: ({ images }) => images.forEach((record) => void (record['width'] = 0)) },
  {
    name: 'class names that are numbers',
    apply: ({ categories }) => categories.forEach((record) => void (record['name'] = 7)),
  },
  {
    name: 'no names',
    apply: ({ categories }) => categories.forEach((record) => void Reflect.deleteProperty(record, 'name')),
  },
  { name: 'no detections', apply: (scene) => void (scene.detections = []) },
  { name: 'no annotations', apply: ({ annotations }) => void annotations.splice(0) },
  {
    name: 'sequences that are none',
    apply: (scene) => void Object.assign(scene, { sequences: 'none', coco_mapping: {} }),
  },
];

function randomMask(dice: Dice): string {
  const runs = Array.from({ length: 1 + dice.below(12) }, () => dice.below(3000));
  return runs.map((run, i) => encodedRun(i > 2 ? run - runs[i - 2] : run)).join('');
}

function encodedRun(value: number): string {
  let text = '';
  for (let rest = value, isOpen = true; isOpen;) {
    const bits = rest & 0x1f;
    rest >>= 5;
    isOpen = (bits & 0x10) !== 0 ? rest !== -1 : rest !== 0;
    text += String.fromCharCode(bits + (isOpen ? 0x20 : 0) + 48);
  }
  return text;
}

function diceOf(seed: number) {
  const { uniform } = randomSource(seed);
  const below = (end: number): number => Math.floor(uniform() * end);
  return { uniform, below, of: <T>(values: readonly T[]): T => values[below(values.length)] };
}

function write(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(write).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${write(entry)}`).join()}}`;
}
