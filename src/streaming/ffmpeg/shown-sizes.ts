import { shownSize, type Size } from '../../core/size.js';
import { AS_STATED, isInside, isQuarterTurn, type View } from '../../core/view.js';
import { viewNames } from './view-filters.js';

export type ShownSizesOptions = {
  /** Name of the filter that scales, which no input can guess. Without one, no size becomes known. */
  readonly scaler: string | undefined;
  /** As in the arguments. Default: as the input states it. */
  readonly view?: View | undefined;
};

/**
 * The sizes in which pictures are shown, from the log lines of the filters that scale and crop. ffmpeg writes them
 * before the first picture, and again at every change. A size is the same object until it changes.
 */
export class ShownSizes {
  readonly #view: View;
  readonly #scalerPrefix: string | undefined;
  readonly #cropPrefix: string | undefined;
  readonly #squarePrefix: string | undefined;
  #size: Size | undefined;
  #whole: Size | undefined;
  #isReshaped = false;

  constructor({ scaler, view = AS_STATED }: ShownSizesOptions) {
    this.#view = view;
    if (scaler === undefined) return;
    this.#scalerPrefix = `[${scaler} @ `;
    if (view.crop === undefined) return;
    const { crop, square } = viewNames(scaler);
    this.#cropPrefix = `[${crop} @ `;
    this.#squarePrefix = `[${square} @ `;
  }

  /** Rotation and view applied, pixels made square, before scaling; undefined before the first picture. */
  get size(): Size | undefined {
    return this.#size;
  }

  /** The same before cropping; absent without a crop. */
  get whole(): Size | undefined {
    return this.#whole;
  }

  /** Size of the whole picture, if it does not contain the crop. ffmpeg ends itself then. */
  get tooSmall(): Size | undefined {
    const { crop } = this.#view;
    return crop === undefined || this.#whole === undefined || isInside(crop, this.#whole) ? undefined : this.#whole;
  }

  /** Pixels changed their shape, but not their number. ffmpeg then continues with the shape before, which is wrong. */
  get isReshaped(): boolean {
    return this.#isReshaped;
  }

  /** @returns false for lines of anything else */
  read(line: string): boolean {
    if (contains(line, this.#scalerPrefix)) this.#scaled(line);
    else if (contains(line, this.#cropPrefix)) this.#cropped(line);
    else if (contains(line, this.#squarePrefix)) this.#squared(line);
    else return false;
    return true;
  }

  /** The scaler's input is the picture after rotation, in coded pixels. */
  #scaled(line: string): void {
    const { shown } = this.#scalingIn(line) ?? {};
    if (shown !== undefined && !isSameSize(this.#size, shown)) this.#size = shown;
  }

  /** The crop's input is the whole picture in square pixels. Its line comes before ffmpeg refuses a part outside. */
  #cropped(line: string): void {
    const match = /\] w:(\d+) h:(\d+) sar:/.exec(line);
    if (match === null) return;
    const whole = { width: Number(match[1]), height: Number(match[2]) };
    if (!isSameSize(this.#whole, whole)) this.#whole = whole;
  }

  /** ffmpeg keeps the first size if only the shape of the pixels changes. */
  #squared(line: string): void {
    const { shown, scaled } = this.#scalingIn(line) ?? {};
    if (!isSameSize(shown, scaled)) this.#isReshaped = true;
  }

  #scalingIn(line: string): { readonly shown: Size; readonly scaled: Size } | undefined {
    const match = /\] w:(\d+) h:(\d+) fmt:.* sar:(\d+)\/(\d+) -> w:(\d+) h:(\d+) /.exec(line);
    if (match === null) return undefined;
    const [codedWidth, codedHeight, across, down, width, height] = match.slice(1).map(Number);
    const sampleAspect = across > 0 && down > 0 ? across / down : 1;
    const scaled = { width, height };
    if (!isQuarterTurn(this.#view))
      return { shown: shownSize({ width: codedWidth, height: codedHeight }, sampleAspect), scaled };
    return { shown: { width: codedWidth, height: Math.max(1, Math.round(codedHeight / sampleAspect)) }, scaled };
  }
}

function contains(line: string, prefix: string | undefined): boolean {
  return prefix !== undefined && line.includes(prefix);
}

function isSameSize(a: Size | undefined, b: Size | undefined): boolean {
  return a?.width === b?.width && a?.height === b?.height;
}
