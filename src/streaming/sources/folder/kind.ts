import { sourceKind } from '../source-kind.js';

export const folderKind = sourceKind({
  name: 'pictures',
  is: 'a folder of pictures',
  forms: ['a folder of pictures'],
  examples: [],
  takesPath: (_, what) => what === 'folder',
  keys: {},
  isLive: false,
  pictures: 'gone',
  needsFfmpeg: false,
  async open({ address }, { streamId, input, clock, pace, onLength, originals }) {
    const { folderSource } = await import('./folder.js');
    return folderSource(address, {
      streamId,
      input,
      clock,
      pace,
      ...(originals === undefined ? {} : { originals }),
      onInfo: ({ expectedFrames }) => onLength?.(expectedFrames),
    });
  },
});
