import { truthOf, type Answer, type ObjectBoxes } from './answers.js';
import { area, centre, distance, iou, type LabelledBox } from './boxes.js';
import { paintBox, sharp, type LayerName, type View } from './paint.js';
import type { SentPicture } from './pictures.js';
import { canvas, element } from './page.js';

/** How long one object is shown before another is chosen. */
const HOLD_MS = 3000;
const SMOOTHING = 0.2;
/** Minimum score of an object to show. */
const MIN_SCORE = 0.5;

type Target = { readonly boxes: ObjectBoxes; readonly truth: LabelledBox };

/** Enlarges the object that has moved most since it was observed, and shows the current IoU of both boxes. */
export class Magnifier {
  readonly #canvas = canvas('lens');
  #truthId: number | undefined;
  #chosenAtMs = 0;
  #view: { x: number; y: number; side: number } | undefined;
  #fits: { observed: number; forecast: number | undefined } | undefined;

  /** @param moved distance that each true object has moved since it was observed, in pixels */
  show(
    { image, facts: { truth, capturedAt } }: SentPicture,
    { objects }: Answer,
    moved: ReadonlyMap<number, number>,
    isShown: (layer: LayerName) => boolean,
  ): void {
    const targets = objects.flatMap((boxes): Target[] => {
      const found = truthOf(boxes.forecast ?? boxes.observed!, truth);
      return found === undefined || boxes.observed === undefined || boxes.observed.score! < MIN_SCORE
        ? []
        : [{ boxes, truth: found }];
    });
    let target = targets.find((candidate) => candidate.truth.trackId === this.#truthId);
    if (target === undefined || capturedAt - this.#chosenAtMs > HOLD_MS) {
      const next = best(targets, moved);
      if (next !== undefined && next.truth.trackId !== this.#truthId) [this.#view, this.#fits] = [undefined, undefined];
      if (next !== undefined) [target, this.#truthId, this.#chosenAtMs] = [next, next.truth.trackId, capturedAt];
    }
    if (target === undefined) return;
    this.#measure(target);
    this.#paint(image, this.#follow(target), target, isShown);
  }

  /** Readable numbers change only a few times a second. */
  updateTexts(): void {
    if (this.#fits === undefined) return;
    element('closer-text').textContent = 'How well each box fits by now (IoU with the truth)';
    for (const name of ['observed', 'forecast'] as const) {
      const value = this.#fits[name];
      if (value === undefined) continue;
      element(`${name}-iou`).textContent = `${Math.round(100 * value)} %`;
      element(`${name}-bar`).style.width = `${100 * value}%`;
    }
  }

  #measure({ boxes: { observed, forecast }, truth }: Target): void {
    const [seen, carried] = [iou(observed!.box, truth.box), forecast && iou(forecast.box, truth.box)];
    const before = this.#fits;
    const smooth = (old: number | undefined, now: number): number =>
      old === undefined ? now : old + SMOOTHING * (now - old);
    this.#fits = {
      observed: smooth(before?.observed, seen),
      forecast: carried === undefined ? before?.forecast : smooth(before?.forecast, carried),
    };
  }

  /** The part of the picture around the object, which follows it smoothly. */
  #follow({ boxes: { observed }, truth: { box } }: Target): { x: number; y: number; side: number } {
    const [x, y] = centre(box);
    const side = Math.max(56, 1.7 * Math.max(box[2] - box[0], box[3] - box[1]) + distance(box, observed!.box));
    const old = this.#view ?? { x, y, side };
    this.#view = {
      x: old.x + 0.5 * (x - old.x),
      y: old.y + 0.5 * (y - old.y),
      side: old.side + SMOOTHING * (side - old.side),
    };
    return this.#view;
  }

  #paint(
    image: ImageBitmap,
    { x, y, side }: { x: number; y: number; side: number },
    { boxes, truth }: Target,
    isShown: (layer: LayerName) => boolean,
  ): void {
    const { context, width, height } = sharp(this.#canvas);
    // Large objects are shown as large as the whole picture allows.
    const scale = Math.max(Math.min(width, height) / side, width / image.width, height / image.height);
    const inside = (middle: number, shown: number, whole: number): number =>
      Math.min(Math.max(0, middle - shown / 2), whole - shown);
    const view: View = { x: inside(x, width / scale, image.width), y: inside(y, height / scale, image.height), scale };
    context.fillStyle = '#10151c';
    context.fillRect(0, 0, width, height);
    context.drawImage(image, view.x, view.y, width / scale, height / scale, 0, 0, width, height);
    if (isShown('truth')) paintBox(context, view, truth.box, 'truth');
    if (isShown('observed')) paintBox(context, view, boxes.observed!.box, 'observed');
    if (isShown('forecast') && boxes.forecast !== undefined) paintBox(context, view, boxes.forecast.box, 'forecast');
  }
}

/** The object that has moved most for its size, among those large enough to show. */
function best(targets: readonly Target[], moved: ReadonlyMap<number, number>): Target | undefined {
  const share = ({ truth }: Target): number => (moved.get(truth.trackId!) ?? 0) / Math.sqrt(area(truth.box));
  return targets
    .filter(({ truth }) => area(truth.box) > 500)
    .reduce<Target | undefined>(
      (most, one) => (most === undefined || share(one) > share(most) ? one : most),
      undefined,
    );
}
