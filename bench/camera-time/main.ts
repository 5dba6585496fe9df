import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../../src/core/errors.js';
import { locateFfmpeg, type Ffmpeg } from '../../src/streaming/ffmpeg/binary.js';
import { numberOption } from '../number-option.js';
import { machine } from '../table.js';
import { chaos } from './chaos.js';
import { cpu } from './cpu.js';
import { delay } from './delay.js';
import { faults } from './faults.js';
import { streamingAp } from './streaming-ap.js';

type Settings = {
  readonly frames: number;
  readonly seconds: number;
  readonly minutes: number;
  readonly seed: number;
  readonly fault: string | undefined;
};

const PARTS: Readonly<Record<string, (ffmpeg: Ffmpeg, settings: Settings) => Promise<void>>> = {
  delay: (ffmpeg, { frames }) => delay(ffmpeg, frames),
  faults: (ffmpeg, { fault }) => faults(ffmpeg, fault),
  cpu: (ffmpeg, { seconds }) => cpu(ffmpeg, seconds),
  'streaming-ap': (ffmpeg) => streamingAp(ffmpeg),
  chaos: (ffmpeg, { minutes, seed }) => chaos(ffmpeg, minutes, seed),
};

/**
 * Measures how old a camera's frames are, and how old they claim to be. Options: `--part NAME` (repeatable; all by
 * default), `--frames N`, `--seconds N`, `--minutes N`, `--seed N`, `--fault TEXT` for faults with that text in their
 * name.
 */
export async function run(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(process.argv.indexOf('camera-time') + 1),
    options: {
      part: { type: 'string', multiple: true, default: Object.keys(PARTS) },
      frames: { type: 'string', default: '300' },
      seconds: { type: 'string', default: '20' },
      minutes: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      fault: { type: 'string' },
    },
  });
  const unknown = values.part.find((name) => !(name in PARTS));
  if (unknown !== undefined)
    throw new UsageError(`camera-time has no part "${unknown}"; there are ${Object.keys(PARTS).join(', ')}`);
  const settings = {
    frames: numberOption('frames', values.frames, { above: 0 }),
    seconds: numberOption('seconds', values.seconds, { above: 0 }),
    minutes: numberOption('minutes', values.minutes, { above: 0 }),
    seed: numberOption('seed', values.seed, { min: 0, isInteger: true }),
    fault: values.fault,
  };
  const cacheDir = await mkdtemp(join(tmpdir(), 'nowcast-bench-'));
  try {
    const ffmpeg = await locateFfmpeg(process.env, cacheDir);
    console.log(`${machine()}, ffmpeg ${ffmpeg.version.name}\n`);
    for (const name of values.part) await PARTS[name](ffmpeg, settings);
  } finally {
    await rm(cacheDir, { recursive: true, force: true });
  }
}
