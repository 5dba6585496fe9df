import { fileState } from '../../files/file-state.js';
import { nodeInterval, type StartInterval } from '../../streaming/http/timers.js';

const LOOK_EVERY_MS = 1000;

/** The parts of the outside world that tests replace. */
export type FileChangesWorld = {
  readonly stateOf: (path: string) => string;
  readonly startInterval: StartInterval;
};

const NODE_WORLD: FileChangesWorld = { stateOf: (path) => fileState([path]), startInterval: nodeInterval };

/**
 * Calls when a file has changed, once it stays as it is: an editor may write it in several steps, and replace it. It
 * looks at the path, so a link of Kubernetes that is swapped counts as a change, and a missing file does not.
 * @returns ends that
 */
export function onFileChange(path: string, changed: () => void, world: FileChangesWorld = NODE_WORLD): () => void {
  const stateOf = (): string => {
    try {
      return world.stateOf(path);
    } catch {
      // Such as a folder that is not readable for a moment.
      return '';
    }
  };
  let told = stateOf();
  let before = told;
  return world.startInterval(LOOK_EVERY_MS, () => {
    const state = stateOf();
    const isSettled = state === before;
    before = state;
    if (!isSettled || state === '' || state === told) return;
    told = state;
    changed();
  });
}
