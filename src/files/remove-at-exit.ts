import { rmSync } from 'node:fs';

/** Drafts and temporary folders that are in use. */
const drafts = new Set<string>();

/**
 * Removes a draft or a temporary folder when the program exits before its owner has dealt with it, as after a second
 * Ctrl-C.
 * @returns ends that, for the owner
 */
export function removeAtExit(path: string): () => void {
  if (drafts.size === 0) process.on('exit', removeAll);
  drafts.add(path);
  return () => {
    if (drafts.delete(path) && drafts.size === 0) process.off('exit', removeAll);
  };
}

function removeAll(): void {
  for (const path of drafts) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Nobody is left to hear of it.
    }
  }
}
