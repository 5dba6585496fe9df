import { join } from 'node:path';

/**
 * The outputs of the sequences, no two the same: folders below the folder `save`; or the MP4 `save`, which gets the
 * sequence's name if there are several: `boxes-NAME.mp4`.
 */
export function outputPaths(save: string, isVideo: boolean, sequences: readonly string[]): string[] {
  if (isVideo && sequences.length === 1) return [save];
  const taken = new Set<string>();
  return sequences.map((sequence) => {
    const plain = sequence.replaceAll(/[/\\]|^\.+$/g, '_');
    let name = plain;
    for (let n = 2; taken.has(name); n++) name = `${plain}_${n}`;
    taken.add(name);
    return isVideo ? save.replace(/(\.mp4)$/i, (extension) => `-${name}${extension}`) : join(save, name);
  });
}
