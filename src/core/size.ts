/** Of a picture or an area, in pixels. */
export type Size = { readonly width: number; readonly height: number };

/**
 * The size of a picture in square pixels, in which players show it: as high as it is coded, and wider or narrower.
 * @param sampleAspect width of a coded pixel over its height; 1 if it is square
 */
export function shownSize({ width, height }: Size, sampleAspect: number): Size {
  return { width: Math.max(1, Math.round(width * sampleAspect)), height };
}

/** Size of a coded picture in its own pixels, and width of a pixel over its height. */
export type CodedShape = Size & { readonly sampleAspect: number };
