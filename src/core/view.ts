import { SourceError, UsageError } from './errors.js';
import { shown } from './extension.js';
import { shownSize, sizeText, type CodedShape, type Size } from './size.js';

/** A part of a picture, in whole pixels from its upper left corner. */
export type Area = Size & { readonly x: number; readonly y: number };

/**
 * How the pictures of a source are shown, where its own statements do not suffice. Boxes and sizes are in the pixels of
 * the result. Applied in the order of the properties.
 */
export type View = {
  /** Shape of the whole picture, such as 16 by 9; replaces the one that the source states. */
  readonly aspect?: Size | undefined;
  /** Degrees to turn it clockwise, besides the rotation that the source states. Default 0. */
  readonly rotate?: 0 | 90 | 180 | 270 | undefined;
  /** The part to keep, in pixels of the turned picture. Default: all of it. */
  readonly crop?: Area | undefined;
};

export const ROTATIONS = [0, 90, 180, 270] as const;

/** The most elongated picture: 20 times as wide as high, or as high as wide. */
export const LARGEST_ASPECT = 20;

/** Nothing is changed. */
export const AS_STATED: View = {};

export function changesPicture({ aspect, rotate = 0, crop }: View): boolean {
  return aspect !== undefined || rotate !== 0 || crop !== undefined;
}

/** Width and height change places. */
export function isQuarterTurn({ rotate = 0 }: View): boolean {
  return rotate % 180 !== 0;
}

/** The size of a coded picture before it is cropped. */
export function wholeSize(coded: CodedShape, view: View): Size {
  const { aspect } = view;
  const { width, height } = shownSize(
    coded,
    aspect === undefined ? coded.sampleAspect : (aspect.width * coded.height) / (aspect.height * coded.width),
  );
  return isQuarterTurn(view) ? { width: height, height: width } : { width, height };
}

/** The size of a coded picture as it is shown. */
export function viewedSize(coded: CodedShape, view: View): Size {
  return view.crop === undefined ? wholeSize(coded, view) : { width: view.crop.width, height: view.crop.height };
}

export function isInside({ x, y, width, height }: Area, picture: Size): boolean {
  return x + width <= picture.width && y + height <= picture.height;
}

/** The code of the error for a picture that cannot be cropped. */
export const CROP_FAILED = 'NOWCAST_SOURCE_CROP';

export function isCropFailure(error: unknown): boolean {
  return error instanceof SourceError && error.code === CROP_FAILED;
}

/** The error for a picture that does not contain its crop. */
export function outsideError(crop: Area, picture: Size): SourceError {
  return new SourceError(
    `the crop ${sizeText(crop)}+${crop.x}+${crop.y} lies outside of the picture, which has ${sizeText(picture)} pixels; choose a part of it`,
    { code: CROP_FAILED },
  );
}

/** @throws UsageError naming the first property that is wrong, its value, and the allowed values */
export function checkView({ aspect, rotate, crop }: View): void {
  if (rotate !== undefined && !ROTATIONS.includes(rotate))
    throw new UsageError(`rotate must be one of ${ROTATIONS.join(', ')}, got ${shown(rotate)}`);
  if (aspect !== undefined) {
    const ratio = aspect.width / aspect.height;
    const isPossible = ratio >= 1 / LARGEST_ASPECT && ratio <= LARGEST_ASPECT;
    if (!isPossible || !isWhole(aspect.width, 1) || !isWhole(aspect.height, 1))
      throw new UsageError(
        `aspect must be two whole numbers with a ratio from 1:${LARGEST_ASPECT} to ${LARGEST_ASPECT}:1, got ${shown(aspect)}`,
      );
  }
  if (crop === undefined) return;
  const { width, height, x, y } = crop;
  if (!isWhole(width, 1) || !isWhole(height, 1) || !isWhole(x, 0) || !isWhole(y, 0))
    throw new UsageError(
      `crop must have whole numbers as width and height, of 1 or more, and as x and y, of 0 or more; got ${shown(crop)}`,
    );
}

/** ffmpeg computes with 32 bits. */
const LARGEST = 100_000;

function isWhole(value: number, min: number): boolean {
  return Number.isSafeInteger(value) && value >= min && value <= LARGEST;
}
