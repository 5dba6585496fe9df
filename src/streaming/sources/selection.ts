import type { Key, Keys, SettingsOf } from '../../core/keys.js';
import type { Size } from '../../core/size.js';
import { LARGEST_ASPECT, type Area, type View } from '../../core/view.js';
import { UsageError } from '../../core/errors.js';

const ASPECT_FORM = 'width:height such as 16:9, or a number such as 1.7778';

/** Keys that choose among the pictures of a source, and how they are shown. A kind of source takes what makes sense. */
export const SELECTION_KEYS = {
  stream: {
    type: 'number',
    isInteger: true,
    min: 0,
    flag: '--stream <n>',
    description:
      'Number of the video stream to play, of a file with several; they count from 0, without cover pictures.',
    defaultRule: 'the largest one',
  },
  start: {
    type: 'time',
    flag: '--start <time>',
    description: 'Where to begin, in the time of the file. Frames keep the times that they have in the file.',
    defaultRule: 'its beginning',
  },
  aspect: {
    type: 'either',
    of: [
      { type: 'number', min: 1 / LARGEST_ASPECT, max: LARGEST_ASPECT, description: '' },
      { type: 'text', pattern: '^\\d{1,5}(\\.\\d{1,4})?:\\d{1,5}(\\.\\d{1,4})?$', check: checkAspect, description: '' },
    ],
    flag: '--aspect <ratio>',
    description: 'Shape of the picture, for a source that states none or a wrong one.',
    allowed: `${ASPECT_FORM}, from 1:${LARGEST_ASPECT} to ${LARGEST_ASPECT}:1`,
    defaultRule: 'as the source states it',
  },
  rotate: {
    type: 'number',
    min: 0,
    max: 270,
    multipleOf: 90,
    flag: '--rotate <degrees>',
    description: 'Turn the picture clockwise, besides the rotation that the source states.',
    allowed: '0, 90, 180 or 270',
    defaultRule: '0',
  },
  crop: {
    type: 'text',
    pattern: '^[1-9]\\d{0,4}x[1-9]\\d{0,4}\\+\\d{1,5}\\+\\d{1,5}$',
    flag: '--crop <WxH+X+Y>',
    description:
      'Part of the picture to use, in pixels from the upper left corner, after `aspect` and `rotate`. All boxes and sizes are in pixels of this part.',
    allowed: 'WIDTHxHEIGHT+X+Y in pixels, such as 640x360+100+0',
    defaultRule: 'all of it',
  },
} as const satisfies Keys;

/** The keys of them that every source of pictures takes. */
export const VIEW_KEYS = {
  aspect: SELECTION_KEYS.aspect,
  rotate: SELECTION_KEYS.rotate,
  crop: SELECTION_KEYS.crop,
} as const satisfies Keys;

/** Of live sources. */
export const HWACCEL_KEY = {
  type: 'text',
  pattern: '^[a-z][a-z0-9_]*$',
  description:
    'Hardware that decodes, by its name in `ffmpeg -hwaccels`; `nowcast doctor -c` tries it. Its device and drivers are files, so ffmpeg then sees files.',
  allowed: 'auto, vaapi, cuda, qsv, videotoolbox or another name that ffmpeg lists',
  defaultRule: 'none, the processor',
} as const satisfies Key;

/** The pictures of a source that a run plays, and how it shows them. */
export type Selection = {
  /** Number among the video streams, from 0 on; cover pictures do not count. Default: the best one. */
  readonly stream?: number | undefined;
  /** Pictures before this time of the file are passed over, and are no frames. Default 0. */
  readonly startMs?: number | undefined;
  /** Default: as the source states it. */
  readonly view?: View | undefined;
};

/** @param settings of a source; keys that its kind does not have are absent */
export function selectionOf(settings: Readonly<Record<string, unknown>>): Selection {
  const { stream, start, aspect, rotate, crop } = settings as SettingsOf<typeof SELECTION_KEYS>;
  return {
    stream,
    startMs: start,
    view: {
      ...(aspect !== undefined && { aspect: aspectOf(aspect) }),
      ...(rotate !== undefined && { rotate: rotate as NonNullable<View['rotate']> }),
      ...(crop !== undefined && { crop: areaOf(crop) }),
    },
  };
}

/** Of the fraction for a number with a point; the largest one still fits into ffmpeg's numbers. */
const PRECISION = 5_000;

/** Reads `16:9`, `2.35:1` or 1.7778. */
function aspectOf(text: string | number): Size {
  const [width, height] = sidesOf(text);
  if (Number.isInteger(width) && Number.isInteger(height)) return { width, height };
  const ratio = width / height;
  return ratio >= 1
    ? { width: Math.round(ratio * PRECISION), height: PRECISION }
    : { width: PRECISION, height: Math.round(PRECISION / ratio) };
}

function sidesOf(text: string | number): readonly [width: number, height: number] {
  const [width, height = 1] = String(text).split(':').map(Number);
  return [width, height];
}

/** @throws UsageError for a ratio out of bounds; the pattern refuses other texts */
function checkAspect(text: string): void {
  const [width, height] = sidesOf(text);
  const ratio = width / height;
  if (ratio < 1 / LARGEST_ASPECT || ratio > LARGEST_ASPECT || width === 0)
    throw new UsageError(
      `the shape ${text} is too narrow or too wide; it must be from 1:${LARGEST_ASPECT} to ${LARGEST_ASPECT}:1`,
    );
}

/** Reads `640x360+100+0`. */
function areaOf(text: string): Area {
  const [width, height, x, y] = text.split(/[x+]/).map(Number);
  return { width, height, x, y };
}
