import { letterbox, PAD_VALUE, type Fit } from './fit.js';
import type { Size } from './size.js';

/** A decoded picture, fitted to a detector's input. It is the only part of a frame that a detector needs. */
export type Picture = {
  /** Size of the source's picture, in pixels. */
  readonly size: Size;
  readonly fit: Fit;
  /** Planar uint8, [3, input height, input width], planes in the order of the detector's {@link PictureFormat}. */
  readonly image: Uint8Array;
};

/** Size in pixels and layout of a detector's pictures. Sources follow it. The defaults are YOLOX's. */
export type PictureFormat = Size & {
  /** Order of the planes. Default `bgr`. */
  readonly channels?: 'bgr' | 'rgb';
  /** `letterbox` keeps the shape of the picture and pads, `stretch` fills the input. Default `letterbox`. */
  readonly fit?: 'letterbox' | 'stretch';
  /** Where a letterboxed picture sits. Default `corner`, the upper left one. */
  readonly position?: 'corner' | 'centre';
  /** Fills what a letterboxed picture does not cover, 0 to 255. Default 114. */
  readonly padValue?: number;
};

/** A format with every default filled in. */
export function resolvedFormat(format: PictureFormat): Required<PictureFormat> {
  return { channels: 'bgr', fit: 'letterbox', position: 'corner', padValue: PAD_VALUE, ...format };
}

/** The fit of a picture of this size into an input of this format. */
export function fitPicture(source: Size, format: PictureFormat): Fit {
  const { width, height } = format;
  if (format.fit === 'stretch') {
    return {
      scaleX: width / source.width,
      scaleY: height / source.height,
      padX: 0,
      padY: 0,
      contentWidth: width,
      contentHeight: height,
    };
  }
  const fit = letterbox(source, format);
  if (format.position !== 'centre') return fit;
  return {
    ...fit,
    padX: Math.trunc((width - fit.contentWidth) / 2),
    padY: Math.trunc((height - fit.contentHeight) / 2),
  };
}

/** Pixels of a scaled picture, row by row, red first. */
export type ScaledPixels = {
  readonly pixels: Uint8Array;
  /** 3, or 4 if each pixel ends with an unused byte. */
  readonly bytesPerPixel: number;
};

/**
 * Writes a scaled picture as a detector's input.
 * @param scaled of the fit's content size
 * @param target [3, input height, input width]
 */
export function writePlanes(
  { pixels, bytesPerPixel }: ScaledPixels,
  { padX, padY, contentWidth, contentHeight }: Fit,
  format: PictureFormat,
  target: Uint8Array,
): void {
  const { width, height, channels, padValue } = resolvedFormat(format);
  const plane = width * height;
  const [red, green, blue] = channels === 'rgb' ? [0, plane, 2 * plane] : [2 * plane, plane, 0];
  target.fill(padValue);
  for (let y = 0, from = 0; y < contentHeight; y++) {
    const row = (padY + y) * width + padX;
    for (let to = row; to < row + contentWidth; to++, from += bytesPerPixel) {
      target[to + red] = pixels[from];
      target[to + green] = pixels[from + 1];
      target[to + blue] = pixels[from + 2];
    }
  }
}
