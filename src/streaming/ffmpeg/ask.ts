import { text } from 'node:stream/consumers';
import type { FfmpegProgram } from './cage.js';
import { FfmpegChild } from './child.js';
import { NOTHING, type Needs } from './needs.js';

const PATIENCE_MS = 10_000;

/**
 * Runs ffmpeg and returns its output.
 * @param needs what the arguments make it use
 * @returns its standard output and its log, for any exit code
 * @throws the system's error if ffmpeg cannot be started; an Error if it takes longer than 10 s
 */
export async function askFfmpeg(
  ffmpeg: FfmpegProgram,
  args: readonly string[],
  needs: Needs = NOTHING,
): Promise<{ readonly stdout: string; readonly log: string }> {
  const lines: string[] = [];
  const child = new FfmpegChild({ ffmpeg, args, needs, stdout: 'pipe', onLine: (line) => lines.push(line) });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void child.kill();
  }, PATIENCE_MS);
  // A pipe that breaks: `closed` gives the reason.
  const stdout = child.stdout === undefined ? '' : text(child.stdout).catch(() => '');
  const { failure } = await child.closed;
  clearTimeout(timer);
  if (failure !== undefined) throw failure;
  if (isLate) throw new Error(`it gave no answer within ${PATIENCE_MS / 1000} s`);
  return { stdout: await stdout, log: lines.join('\n') };
}
