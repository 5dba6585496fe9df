import { defer, mergeMap } from 'rxjs';
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
  open({ address }, { streamId, input, clock, pace, onLength }) {
    // The library that decodes pictures is native: it is loaded where pictures are read, and nowhere else.
    return defer(() => import('./folder.js')).pipe(mergeMap(({ folderSource }) => folderSource(address, {
      streamId, input, clock, pace, onInfo: ({ expectedFrames }) => onLength?.(expectedFrames),
    })));
  },
});
