import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replayScene } from '../../src/app/replay-scene.js';
import { EVENTS, RECORDING, SCENE } from './cameras-file.js';

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const SHOWN_CHARS = 300;

/** Compares the events that the service wrote with those to which its recording leads, camera by camera. */
export async function faultsOfScenes(folder: string, cameras: Iterable<string>): Promise<string[]> {
  const written = linesOf(join(folder, EVENTS));
  const problems: string[] = [];
  let compared = 0;
  for (const stream of cameras) {
    const out = join(folder, `replayed-${stream}.jsonl`);
    const recording = join(folder, RECORDING);
    await replayScene(
      { recording, stream, settings: SCENE, out },
      { log: QUIET, signal: new AbortController().signal },
    );
    const live = ofStream(written, stream);
    const replayed = ofStream(linesOf(out), stream);
    const i = live.findIndex((line, at) => line !== replayed[at]);
    if (i >= 0) problems.push(`${stream} wrote the event ${shown(live[i])}, but a replay finds ${shown(replayed[i])}`);
    else if (replayed.length > live.length)
      problems.push(`${stream} did not write ${shown(replayed[live.length])}, which a replay finds`);
    compared += live.length;
  }
  if (compared === 0) problems.push('no camera wrote an event');
  return problems;
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean);
}

function ofStream(lines: readonly string[], stream: string): string[] {
  return lines.filter((line) => (JSON.parse(line) as { readonly stream?: string }).stream === stream);
}

function shown(line = 'nothing'): string {
  return line.slice(0, SHOWN_CHARS);
}
