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

/** What a run of the real model on the real clip needs. */
export const NEEDS = {
  ...NEEDS_FFMPEG,
  'yolox_nano.onnx': MODEL !== undefined,
  'one-by-one-person-detection.mp4': PERSON !== undefined,
};
export const NEEDS_TERMINAL = { ...NEEDS, script: existsSync('/usr/bin/script') };
/** YOLOX-Nano of COCO's classes; empty where it is absent. */
export const model = MODEL ?? '';
/** 1394 pictures, 10 a second; empty where it is absent. */
export const person = PERSON ?? '';

/** Where and with what environment a run leaves nothing outside the folder. */
export function within(folder: string): { env: Record<string, string>; cwd: string } {
  return { env: { NOWCAST_CACHE: join(folder, 'cache') }, cwd: folder };
}

/** Runs a shell's line, made from that of the command, in a terminal of its own, whose screen comes out of `stdout`. */
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

/** @param onTorn told where the recording breaks off; must not be, unless given */
export async function eventsOf(
  path: string,
  onTorn: (warning: string) => void = (warning) => assert.fail(warning),
): Promise<PipelineEvent[]> {
  const events: PipelineEvent[] = [];
  for await (const event of (await readRecording(path, onTorn)).events) events.push(event);
  return events;
}
