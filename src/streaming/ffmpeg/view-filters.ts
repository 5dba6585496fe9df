import { isQuarterTurn, type Area, type View } from '../../core/view.js';

/** Width and height, in square pixels, of a picture that {@link viewFilters} give: expressions for `scale`. */
export function shownExpressions(view: View): { readonly width: string; readonly height: string } {
  return isQuarterTurn(view)
    ? { width: 'iw', height: 'max(1,round(ih/sar))' }
    : { width: 'max(1,round(iw*sar))', height: 'ih' };
}

/** Flags of `scale` for a picture that people look at. */
export const EXACT = 'flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp';

/** The names of filters whose lines in the log state sizes. */
export type ViewFilterNames = { readonly crop: string; readonly square: string };

/** @param scaler the name of the filter that scales after them: `scale@SECRET` */
export function viewNames(scaler: string): ViewFilterNames {
  return { crop: scaler.replace(/^scale/, 'crop'), square: `${scaler}_square` };
}

const UNNAMED: ViewFilterNames = { crop: 'crop', square: 'scale' };

/** `setdar` finds the fraction of this denominator or less; with its 100, sizes would be off by pixels. */
const FINEST = 100_000;

const TURN = { 0: [], 90: ['transpose=clock'], 180: ['hflip', 'vflip'], 270: ['transpose=cclock'] } as const;

/**
 * The filters that show a picture as its view states. They come before all others, on every way to a picture, so that
 * frames, originals and annotated videos agree. Pixels stay as they are coded, square or not, because the scaling that
 * follows samples them once; only a crop of pixels that are not square needs them square before.
 */
export function viewFilters(view: View, names: ViewFilterNames = UNNAMED): string[] {
  const { aspect, rotate = 0, crop } = view;
  return [
    ...(aspect === undefined ? [] : [`setdar=dar=${aspect.width}/${aspect.height}:max=${FINEST}`]),
    ...TURN[rotate],
    ...(crop === undefined ? [] : [...squareFilters(view, names.square), ...cropFilters(crop, names.crop)]),
  ];
}

/**
 * Does nothing to square pixels. `eval=init`: filters behind it do not follow a size that changes with the shape of
 * the pixels alone; the reader of the log ends ffmpeg then.
 */
function squareFilters(view: View, name: string): string[] {
  const { width, height } = shownExpressions(view);
  return [`${name}=w='${width}':h='${height}':eval=init:${EXACT}`, 'setsar=1'];
}

/** The coarsest grid of chroma, in pixels. */
const CHROMA_GRID = 4;
/** Formats whose chroma is as fine as their luma, for each family. */
const FULL_CHROMA = 'format=yuv444p|gbrp|gray';

/**
 * Keeps exactly these pixels. A size of 0 makes ffmpeg fail, where `crop` would move a part that lies outside. If the
 * part begins between two samples of chroma, chroma is made as fine as luma, for a little more than the part.
 */
function cropFilters({ width, height, x, y }: Area, name: string): string[] {
  const [left, top] = [x % CHROMA_GRID, y % CHROMA_GRID];
  const first = [
    `w='if(lte(${x + width},iw)*lte(${y + height},ih),${width + left},0)'`,
    `h=${height + top}`,
    `x=${x - left}`,
    `y=${y - top}`,
    'exact=1',
  ];
  return [
    `${name}=${first.join(':')}`,
    ...(left === 0 && top === 0 ? [] : [FULL_CHROMA, `crop=w=${width}:h=${height}:x=${left}:y=${top}:exact=1`]),
  ];
}
