import { requireFfmpeg } from '../../ffmpeg/require-ffmpeg.js';
import { SELECTION_KEYS, selectionOf, VIEW_KEYS } from '../selection.js';
import { sourceKind } from '../source-kind.js';

export const videoKind = sourceKind({
  name: 'video',
  is: 'a video file',
  forms: ['a video file'],
  examples: [],
  takesPath: (_, what) => what === 'file',
  keys: { stream: SELECTION_KEYS.stream, start: SELECTION_KEYS.start, ...VIEW_KEYS },
  isLive: false,
  pictures: 'in-file',
  needsFfmpeg: true,
  async open({ address, settings }, context) {
    const { videoSource } = await import('./video.js');
    const { streamId, input, clock, pace, onLength, onStream, originals } = context;
    return videoSource(address, {
      ...selectionOf(settings),
      streamId,
      input,
      clock,
      pace,
      ffmpeg: requireFfmpeg(context.ffmpeg, context.streamId),
      ...(originals === undefined ? {} : { originals }),
      ...(onStream === undefined ? {} : { onStream }),
      onInfo: ({ expectedFrames }) => onLength?.(expectedFrames),
    });
  },
});
