import { askFfmpeg } from './ask.js';

/** How a video's numbers stand for colours, in ffmpeg's words; absent where the file does not say. */
export type ColourTags = { readonly matrix?: string; readonly primaries?: string; readonly transfer?: string };

/** Names that ffmpeg takes as it prints them. */
const MATRICES = ['bt709', 'smpte170m', 'bt470bg', 'bt2020nc'];
const PRIMARIES = ['bt709', 'smpte170m', 'bt470bg', 'bt2020'];
const TRANSFERS = ['bt709', 'smpte170m', 'bt2020-10', 'smpte2084', 'arib-std-b67'];

/** Asks ffmpeg how the first video stream of a file is tagged; a file that ffmpeg cannot describe has no tags. */
export async function readColourTags(ffmpegPath: string, source: string): Promise<ColourTags> {
  // Without an output ffmpeg describes its input and fails.
  const { log } = await askFfmpeg(ffmpegPath, ['-nostdin', '-hide_banner', '-i', source]).catch(() => ({ log: '' }));
  return parseColourTags(log);
}

/** @param description what ffmpeg prints about its input */
export function parseColourTags(description: string): ColourTags {
  const video = description.split('\n').find((line) => /Stream #.*: Video: /.test(line) && !line.includes('(attached pic)')) ?? '';
  // As in "yuv420p(tv, bt709, progressive)" and "yuv420p10le(tv, bt2020nc/bt2020/smpte2084)".
  for (const [, inside] of video.matchAll(/[a-z]\w*\(([^()]*)\)/g)) {
    for (const word of inside.split(/, */)) {
      const names = word.split('/');
      const [matrix, primaries, transfer] = names.length === 3 ? names : [word, word, word];
      if (![matrix, primaries, transfer].some((name) => [...MATRICES, ...PRIMARIES, ...TRANSFERS].includes(name))) continue;
      return {
        ...(MATRICES.includes(matrix) ? { matrix } : {}),
        ...(PRIMARIES.includes(primaries) ? { primaries } : {}),
        ...(TRANSFERS.includes(transfer) ? { transfer } : {}),
      };
    }
  }
  return {};
}

/** The encoder's options that say the same of its output. */
export function colourArguments({ matrix, primaries, transfer }: ColourTags): string[] {
  return [
    '-color_range', 'tv',
    ...(matrix === undefined ? [] : ['-colorspace', matrix]),
    ...(primaries === undefined ? [] : ['-color_primaries', primaries]),
    ...(transfer === undefined ? [] : ['-color_trc', transfer]),
  ];
}
