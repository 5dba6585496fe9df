/** The meaning of a video's colour values, in ffmpeg's words; absent if the file does not state it. */
export type ColourTags = { readonly matrix?: string; readonly primaries?: string; readonly transfer?: string };

/** Names that ffmpeg prints and accepts. */
const MATRICES = ['bt709', 'smpte170m', 'bt470bg', 'bt2020nc'];
const PRIMARIES = ['bt709', 'smpte170m', 'bt470bg', 'bt2020'];
const TRANSFERS = ['bt709', 'smpte170m', 'bt2020-10', 'smpte2084', 'arib-std-b67'];

/** @param line ffmpeg's description of the stream */
export function parseColourTags(line: string): ColourTags {
  // As in "yuv420p(tv, bt709, progressive)" and "yuv420p10le(tv, bt2020nc/bt2020/smpte2084)".
  for (const [, inside] of line.matchAll(/[a-z]\w*\(([^()]*)\)/g)) {
    for (const word of inside.split(/, */)) {
      const names = word.split('/');
      const [matrix, primaries, transfer] = names.length === 3 ? names : [word, word, word];
      if (![matrix, primaries, transfer].some((name) => [...MATRICES, ...PRIMARIES, ...TRANSFERS].includes(name)))
        continue;
      return {
        ...(MATRICES.includes(matrix) ? { matrix } : {}),
        ...(PRIMARIES.includes(primaries) ? { primaries } : {}),
        ...(TRANSFERS.includes(transfer) ? { transfer } : {}),
      };
    }
  }
  return {};
}

/** The encoder's options for the same tags on its output. */
export function colourArguments({ matrix, primaries, transfer }: ColourTags): string[] {
  return [
    '-color_range',
    'tv',
    ...(matrix === undefined ? [] : ['-colorspace', matrix]),
    ...(primaries === undefined ? [] : ['-color_primaries', primaries]),
    ...(transfer === undefined ? [] : ['-color_trc', transfer]),
  ];
}
