import { requireFfmpeg } from '../../ffmpeg/require-ffmpeg.js';
import { SELECTION_KEYS, selectionOf, VIEW_KEYS } from '../selection.js';
import { sourceKind } from '../source-kind.js';
import { isStandardInput, STANDARD_INPUT } from './recognise.js';

export const pipeKind = sourceKind({
  name: 'pipe',
  is: 'a pipe, which can be read only once',
  forms: ['"-" for standard input'],
  examples: ['-', 'pipe:', 'pipe:0', '/dev/stdin', '/dev/fd/0'],
  recognise: (text) => (isStandardInput(text) ? { address: STANDARD_INPUT, streamId: 'stdin' } : undefined),
  takesPath: (_, what) => what === 'pipe',
  isReadOnce: true,
  keys: { stream: SELECTION_KEYS.stream, ...VIEW_KEYS },
  isLive: false,
  pictures: 'gone',
  needsFfmpeg: true,
  async open({ address, settings }, { streamId, input, clock, pace, ffmpeg, onLength, originals }) {
    const { pipeSource } = await import('./pipe.js');
    return pipeSource(address, {
      ...selectionOf(settings),
      streamId,
      input,
      clock,
      pace,
      ffmpeg: requireFfmpeg(ffmpeg, streamId),
      ...(originals === undefined ? {} : { originals }),
      onInfo: ({ expectedFrames }) => onLength?.(expectedFrames),
    });
  },
});
