/** Of a picture or an area, in pixels. */
export type Size = { readonly width: number; readonly height: number };
