import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { anyOf, type Disturbance } from '../disturbance/disturb.js';
import { camerasFile, type CamerasFile } from './cameras-file.js';

const REST_MS = 6000;
const SCORES = [0.2, 0.3, 0.4];
const MISTAKES = ['cameras: [', 'cameras: {front: {source: []}}', 'detect: {budget: often}', ''];

/** Sends reloads: of a file in which one camera has another score, and of files with mistakes. */
export async function reload(
  { goesOn, uniform, note }: Disturbance,
  { file, settings, url }: { readonly file: string; readonly settings: CamerasFile; readonly url: string },
  problems: string[],
): Promise<void> {
  const conf = new Map<string, number>();
  const names = [...settings.cameras.keys()];
  while (goesOn()) {
    await sleep(REST_MS * (0.5 + uniform()));
    const isGood = uniform() < 0.6;
    if (isGood) conf.set(anyOf(names, uniform), anyOf(SCORES, uniform));
    const text = isGood ? camerasFile({ ...settings, conf }) : anyOf(MISTAKES, uniform);
    // As editors do it.
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
    const status = await fetch(new URL('/api/config/reload', url), { method: 'POST' })
      .then((response) => response.status)
      .catch(() => undefined);
    note(`reload: ${isGood ? 'good' : 'bad'}`);
    // The server may just have been killed, or be busy.
    const expected = isGood ? 200 : 422;
    if (status !== undefined && status !== 503 && status !== expected)
      problems.push(
        `a ${isGood ? 'good' : 'bad'} file was answered with ${status} at its reload: ${text.slice(0, 40)}`,
      );
  }
}
