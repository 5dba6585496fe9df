import { askFfmpeg } from './ask.js';
import type { FfmpegProgram } from './cage.js';
import { FILES, type Needs } from './needs.js';

/** The decoding hardware that ffmpeg is to use, by ffmpeg's name for it: `vaapi`, `cuda`, or `auto`. */
export type Hwaccel = string | undefined;

/** Options of an input. Decoded pictures come back into memory, where the same filters fit them. */
export function hwaccelOptions(hwaccel: Hwaccel): readonly string[] {
  return hwaccel === undefined ? [] : ['-hwaccel', hwaccel];
}

/** The device and its drivers are files. */
export function withHwaccel(needs: Needs, hwaccel: Hwaccel): Needs {
  return hwaccel === undefined ? needs : { ...needs, files: 'all' };
}

/** Why an ffmpeg cannot decode on this hardware here; undefined if it can. */
export async function hwaccelProblem(ffmpeg: FfmpegProgram, hwaccel: string): Promise<string | undefined> {
  const known = parseHwaccels((await askFfmpeg(ffmpeg, ['-hide_banner', '-hwaccels'])).stdout);
  if (hwaccel === 'auto' || hwaccel === 'none') return undefined;
  if (!known.includes(hwaccel))
    return `this ffmpeg does not know ${hwaccel}; it knows ${known.length === 0 ? 'none' : known.join(', ')}`;
  const { log } = await askFfmpeg(ffmpeg, [...TRIAL, '-init_hw_device', hwaccel, ...NOTHING_OUT], FILES);
  const [line] = log.split('\n').filter((text) => text !== '');
  return line === undefined ? undefined : `no device opens: ${line.replace(/^\[[^\]]*\] /, '')}`;
}

const TRIAL = ['-nostdin', '-hide_banner', '-v', 'error'];
const NOTHING_OUT = ['-f', 'lavfi', '-i', 'nullsrc=s=16x16', '-frames:v', '1', '-f', 'null', '-'];

/** Names in the output of `ffmpeg -hwaccels`: the lines behind the heading. */
export function parseHwaccels(output: string): readonly string[] {
  return output
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
