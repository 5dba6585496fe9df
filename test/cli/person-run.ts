import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { PipelineEvent } from '../../src/core/events.js';
import { readRecording } from '../../src/recording/reader.js';
import { NEEDS_FFMPEG } from '../helpers/clips.js';
import { COMMAND } from '../helpers/command.js';
import { realFile } from '../helpers/shared.js';

const MODEL = realFile('yolox_nano.onnx');
const PERSON = realFile('one-by-one-person-detection.mp4');

/** The files that a run of the real model on the real clip needs. */
export const NEEDS = {
  ...NEEDS_FFMPEG,
  'yolox_nano.onnx': MODEL !== undefined,
  'one-by-one-person-detection.mp4': PERSON !== undefined,
};
export const NEEDS_TERMINAL = { ...NEEDS, script: existsSync('/usr/bin/script') };
/** Path of YOLOX-Nano with COCO's classes; empty if it is absent. */
export const model = MODEL ?? '';
/** Path of a clip of 1394 pictures at 10 per second; empty if it is absent. */
export const person = PERSON ?? '';

/** Working folder and environment of a run that leaves nothing outside the folder. */
export function within(folder: string): { env: Record<string, string>; cwd: string } {
  return { env: { NOWCAST_CACHE: join(folder, 'cache') }, cwd: folder };
}

/** Runs a shell line, made from that of the command, in a separate terminal; its screen comes out of `stdout`. */
export function inTerminal(
  folder: string,
  line: (run: string) => string,
  ...flags: string[]
): ChildProcessByStdio<null, Readable, null> {
  const run = [process.execPath, COMMAND, 'run', person, '--model', model, '--provider', 'cpu', ...flags]
    .map((word) => `'${word}'`)
    .join(' ');
  return spawn('/usr/bin/script', ['-qec', line(run), '/dev/null'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TERM: 'xterm', ...within(folder).env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** @param onTorn called if the recording is torn; by default that fails the test */
export async function eventsOf(
  path: string,
  onTorn: (warning: string) => void = (warning) => assert.fail(warning),
): Promise<PipelineEvent[]> {
  const events: PipelineEvent[] = [];
  for await (const event of (await readRecording(path, onTorn)).events) events.push(event);
  return events;
}
