import type { Size } from '../../core/size.js';
import type { BitReader } from './bit-reader.js';

/** chroma_format_idc and separate_colour_plane_flag. */
export type Chroma = { readonly format: number; readonly hasColourPlanes: boolean };

/**
 * Reads the cropping of a sequence parameter set, and returns the remaining size in pixels; undefined if none remains
 * (H.264 §7.4.2.1.1, equations 7-19 to 7-22; H.265 §7.4.3.2.1, conformance window).
 * @param rowsInUnit frame rows for each counted row: two if pictures may be fields
 */
export function readCropped(
  bits: BitReader,
  coded: Size,
  { format, hasColourPlanes }: Chroma,
  rowsInUnit = 1,
): Size | undefined {
  const isCropped = bits.flag();
  const [left, right, top, bottom] = Array.from({ length: 4 }, () => (isCropped ? bits.unsigned() : 0));
  // Cropping leaves whole chroma samples, which one or two columns and rows share (table 6-1 of both).
  const columns = !hasColourPlanes && (format === 1 || format === 2) ? 2 : 1;
  const rows = rowsInUnit * (!hasColourPlanes && format === 1 ? 2 : 1);
  const width = coded.width - columns * (left + right);
  const height = coded.height - rows * (top + bottom);
  return bits.isValid && width > 0 && height > 0 ? { width, height } : undefined;
}
