import type { Size } from '../../core/size.js';

/** Pixels of a picture as it is shown: R, G, B, row by row from the top. */
export type RgbPicture = Size & { readonly pixels: Uint8Array };
