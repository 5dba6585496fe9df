import { FPS_KEY } from '../fps-key.js';
import { selectionOf, VIEW_KEYS } from '../selection.js';
import { sourceKind } from '../source-kind.js';
import { isPattern, isPictureFile } from './recognise.js';

export const folderKind = sourceKind({
  name: 'pictures',
  is: 'a source of pictures',
  forms: ['a picture', 'a folder of pictures', 'a pattern such as "frames/*.jpg"'],
  examples: [],
  takesPath: (path, what) =>
    what === 'folder' || (what === 'file' && isPictureFile(path)) || (what === 'nothing' && isPattern(path)),
  joinsFiles: true,
  keys: {
    fps: FPS_KEY,
    ...VIEW_KEYS,
  },
  isLive: false,
  pictures: 'in-files',
  needsFfmpeg: false,
  async open({ address, more = [], settings }, { streamId, input, clock, pace, onLength, onProblem, originals }) {
    const { folderSource } = await import('./folder.js');
    return folderSource([address, ...more], {
      streamId,
      input,
      clock,
      pace,
      fps: settings.fps,
      ...selectionOf(settings),
      ...(originals === undefined ? {} : { originals }),
      onInfo: ({ expectedFrames }) => onLength?.(expectedFrames),
      ...(onProblem === undefined ? {} : { onProblem }),
    });
  },
});
