/**
 * Containers whose index leads ffmpeg to the key picture before any time. In others (MPEG-TS, AVI, FLV, raw streams),
 * pictures after a seek lack references, or have other times than without it.
 */
const INDEXED = /\b(?:mov|matroska)\b/;
/** Seeks go by decoding times in some containers; decoding never runs ahead of display by more than this. */
export const SEEK_MARGIN_S = 1;

/**
 * Options of an input with which ffmpeg begins at a key picture before the wanted time. `copyts` and `start_at_zero`:
 * times are those of a file that is read from its beginning.
 * @param format names of the demuxer
 * @returns undefined if the file must be read from its beginning
 */
export function seekOptions(format: string | undefined, toMs: number): readonly string[] | undefined {
  const seekS = toMs / 1_000 - SEEK_MARGIN_S;
  if (seekS <= 0 || !INDEXED.test(format ?? '')) return undefined;
  return ['-copyts', '-start_at_zero', '-ss', seekS.toFixed(6)];
}
