import { letterbox, PAD_VALUE } from '../../src/core/fit.js';
import type { Size } from '../../src/core/size.js';
import type { Objects } from '../assign/assignment.js';
import type { Random } from '../random.js';
import { compose, scaleThenMove, type Affine } from './affine.js';
import { jitterColour } from './colour.js';
import { joinLabels, mapLabels, mirrorLabels, toObjects, type Labels } from './labels.js';
import { render, type RgbPicture, type Tile } from './render.js';

export type LabeledPicture = { readonly picture: RgbPicture; readonly labels: Labels };

/** A picture in the network's input format. */
export type Sample = {
  /** Planar BGR [3, height, width]. */
  readonly pixels: Uint8Array;
  readonly objects: Objects;
};

/** Strength of the augmentation; angles in degrees. YOLOX's defaults are in `training/config.ts`. */
export type Augmentation = {
  readonly mosaicProbability: number;
  readonly mixupProbability: number;
  readonly degrees: number;
  /** As a share of the picture's side. */
  readonly translate: number;
  /** Lowest and highest scale of a mosaic. */
  readonly mosaicScale: readonly [number, number];
  /** Lowest and highest scale of the picture that is mixed in. */
  readonly mixupScale: readonly [number, number];
  readonly shear: number;
  readonly flipProbability: number;
  readonly colourProbability: number;
};

type Drawing = {
  readonly pixels: Uint8Array;
  readonly labels: Labels;
  /** The size of the picture in the upper left corner; the rest is padding. */
  readonly content: Size;
};

/** Draws other pictures of the data set. */
export type OtherPictures = {
  readonly any: (random: Random) => Promise<LabeledPicture>;
  /** A picture with objects; called only if some picture has proved to have any. */
  readonly withObjects: (random: Random) => Promise<LabeledPicture>;
};

/**
 * Makes a training sample of a picture: mosaic with three others, rotation, scale, shear and translation, MixUp,
 * colour, flip. Source: YOLOX (arXiv 2107.08430), section 2.1; `yolox/data/datasets/mosaicdetection.py`.
 * @param isClosing the last epochs, which have neither mosaic nor MixUp
 */
export async function augment(
  first: LabeledPicture,
  others: OtherPictures,
  input: Size,
  settings: Augmentation,
  isClosing: boolean,
  random: Random,
): Promise<Sample> {
  let drawing: Drawing;
  if (!isClosing && random.chance(settings.mosaicProbability)) {
    drawing = mosaic(
      [first, await others.any(random), await others.any(random), await others.any(random)],
      input,
      settings,
      random,
    );
    if (drawing.labels.classIds.length > 0 && random.chance(settings.mixupProbability)) {
      drawing = mixUp(drawing, await others.withObjects(random), input, settings, random);
    }
  } else {
    drawing = fit(first, input);
  }
  const { pixels, content } = drawing;
  let { labels } = drawing;
  if (random.chance(settings.colourProbability)) {
    jitterColour(pixels, random);
    pad(pixels, content, input);
  }
  if (random.chance(settings.flipProbability)) {
    mirror(pixels, content, input);
    labels = mirrorLabels(labels, content.width);
  }
  return { pixels, objects: toObjects(labels) };
}

/** The picture scaled into the upper left corner of the input, as in inference. */
export function fit({ picture, labels }: LabeledPicture, input: Size): Drawing {
  const { scaleX: scale, contentWidth, contentHeight } = letterbox(picture, input);
  const toOutput = scaleThenMove(scale, 0, 0);
  return {
    pixels: render([{ picture, toCanvas: IDENTITY, region: [0, 0, picture.width, picture.height] }], toOutput, input),
    labels: mapLabels(labels, toOutput, input),
    content: { width: contentWidth, height: contentHeight },
  };
}

const IDENTITY = scaleThenMove(1, 0, 0);

/** Four pictures around a random point of a canvas of twice the input's size, through a random affine map. */
export function mosaic(
  sources: readonly LabeledPicture[],
  input: Size,
  settings: Augmentation,
  random: Random,
): Drawing {
  const canvas = { width: input.width * 2, height: input.height * 2 };
  const centerX = random.between(0.5, 1.5) * input.width;
  const centerY = random.between(0.5, 1.5) * input.height;
  const toOutput = randomAffine(input, settings, random);
  const tiles = sources.map(({ picture }, i): Tile => {
    const { scaleX: scale } = letterbox(picture, input);
    const [isRight, isLower] = [i % 2 === 1, i >= 2];
    const toCanvas = scaleThenMove(
      scale,
      isRight ? centerX : centerX - picture.width * scale,
      isLower ? centerY : centerY - picture.height * scale,
    );
    return {
      picture,
      toCanvas,
      region: [
        isRight ? centerX : 0,
        isLower ? centerY : 0,
        isRight ? canvas.width : centerX,
        isLower ? canvas.height : centerY,
      ],
    };
  });
  const onCanvas = sources.map(({ labels }, i) => mapLabels(labels, tiles[i].toCanvas, canvas));
  return {
    pixels: render(tiles, toOutput, input),
    labels: mapLabels(joinLabels(onCanvas), toOutput, input),
    content: input,
  };
}

/** Source: YOLOX `yolox/data/data_augment.py`, `get_affine_matrix`. */
function randomAffine(
  { width, height }: Size,
  { degrees, mosaicScale, shear, translate }: Augmentation,
  random: Random,
): Affine {
  const radians = (most: number): number => (random.between(-most, most) * Math.PI) / 180;
  const angle = radians(degrees);
  const scale = random.between(...mosaicScale);
  const [shearX, shearY] = [Math.tan(radians(shear)), Math.tan(radians(shear))];
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  return compose(
    [cos, sin, 0, -sin, cos, 0],
    [
      1,
      shearY,
      random.between(-translate, translate) * width,
      shearX,
      1,
      random.between(-translate, translate) * height,
    ],
  );
}

/** Blends in half of another picture, scaled, flipped with probability 1/2, and cropped at random. */
function mixUp(
  { pixels, labels }: Drawing,
  { picture, labels: otherLabels }: LabeledPicture,
  input: Size,
  { mixupScale }: Augmentation,
  random: Random,
): Drawing {
  const scale = letterbox(picture, input).scaleX * random.between(...mixupScale);
  const [width, height] = [picture.width * scale, picture.height * scale];
  // A picture larger than the input is cropped at a random place.
  const toInput = scaleThenMove(
    scale,
    -random.uniform() * Math.max(width - input.width, 0),
    -random.uniform() * Math.max(height - input.height, 0),
  );
  const other = render(
    [{ picture, toCanvas: IDENTITY, region: [0, 0, picture.width, picture.height] }],
    toInput,
    input,
  );
  let mapped = mapLabels(otherLabels, toInput, input);
  if (random.chance(0.5)) {
    mirror(other, input, input);
    mapped = mirrorLabels(mapped, input.width);
  }
  return {
    pixels: pixels.map((value, i) => (value + other[i] + 1) >> 1),
    labels: joinLabels([labels, mapped]),
    content: input,
  };
}

function mirror(pixels: Uint8Array, content: Size, { width }: Size): void {
  for (let row = 0; row < pixels.length; row += width) pixels.subarray(row, row + content.width).reverse();
}

/** Fills the padding with grey, as in inference, after all changes of the picture. */
function pad(pixels: Uint8Array, content: Size, { width, height }: Size): void {
  for (let row = 0; row < pixels.length / width; row++) {
    pixels.fill(PAD_VALUE, row * width + (row % height < content.height ? content.width : 0), (row + 1) * width);
  }
}
