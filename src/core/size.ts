/** Of a picture or an area, in pixels. */
export type Size = { readonly width: number; readonly height: number };

/** `640x480` */
export function sizeText({ width, height }: Size): string {
  return `${width}x${height}`;
}

/** The size of a picture, and of the whole one that it is a part of: `320x240 of 640x480`. */
export function shownSizeText({ size, whole }: { readonly size: Size; readonly whole?: Size | undefined }): string {
  return whole === undefined ? sizeText(size) : `${sizeText(size)} of ${sizeText(whole)}`;
}

/**
 * The size of a picture in square pixels, in which players show it: as high as it is coded, and wider or narrower.
 * @param sampleAspect width of a coded pixel over its height; 1 if it is square
 */
export function shownSize({ width, height }: Size, sampleAspect: number): Size {
  return { width: Math.max(1, Math.round(width * sampleAspect)), height };
}

/** Size of a coded picture in its own pixels, and width of a pixel over its height. */
export type CodedShape = Size & { readonly sampleAspect: number };
