import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzKind } from '../kind.js';

const NAMES = ['person', 'bicycle', 'car', 'motorcycle', 'bus', 'truck', 'traffic light', 'stop sign'];
/** Names of what every object of JavaScript has. */
const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'length', 'name', 'prototype'];

/** Files of class names. */
export const labels: FuzzKind = {
  name: 'labels',
  async prepare(mutator, folder, { pictures }) {
    const text = (mutator.chance(0.2) ? INHERITED : NAMES).join('\n');
    await writeFile(join(folder, 'labels.txt'), mutator.bytes(Buffer.from(text)));
    const outputs = ['--record', 'run.jsonl', '--coco', 'found.json'];
    return {
      args: ['run', pictures, '--labels', 'labels.txt', '--provider', 'cpu', '--offline', '--track', ...outputs],
    };
  },
};
