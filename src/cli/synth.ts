import type { Command } from 'commander';
import { LARGEST_SEED, PICTURE_FORMATS, SYNTH_FPS } from '../app/synth.js';
import { UsageError } from '../core/errors.js';
import type { Size } from '../core/size.js';
import { openIo, type CliContext } from './command-io.js';
import {
  addFlags,
  choiceFlag,
  numberFlag,
  parsedFlag,
  readFlags,
  requiredFlag,
  switchFlag,
  type RawFlags,
} from './flags.js';
import { addMoreHelp } from './help.js';
import { counted } from '../core/counted.js';

const FLAGS = {
  out: requiredFlag('--out <dir>', 'folder for the data set; it must not hold one yet'),
  seed: numberFlag(
    '--seed <n>',
    'seed of the first drive; each further drive adds 1',
    { min: 0, max: LARGEST_SEED, isInteger: true },
    0,
  ),
  sequences: numberFlag('--sequences <n>', 'number of drives', { min: 1, max: 100_000, isInteger: true }, 1),
  frames: numberFlag(
    '--frames <n>',
    `frames of each drive, at ${SYNTH_FPS} per second`,
    { min: 1, max: 1_000_000, isInteger: true },
    150,
  ),
  every: numberFlag(
    '--every <n>',
    'keep one of every n frames: more variety in the same number of pictures',
    { min: 1, max: 1000, isInteger: true },
    1,
  ),
  size: parsedFlag('--size <WxH>', 'size of the pictures', {
    allowed: 'a width and a height in pixels, such as 960x600',
    parse: parseSize,
    preset: { width: 960, height: 600 },
    presetText: '960x600',
  }),
  video: switchFlag('--video', 'write a video of each drive; add --frames-as to write its pictures too'),
  framesAs: choiceFlag(
    '--frames-as <jpg|png>',
    'write every frame as a picture',
    PICTURE_FORMATS,
    undefined,
    'jpg; none with --video',
  ),
};

/** Declares `nowcast synth`. */
export function register(program: Command, context: CliContext): void {
  const command = program
    .command('synth')
    .description('Make a synthetic driving data set: pictures or videos with Argoverse-HD annotations');
  addFlags(command, FLAGS).action(async (raw: RawFlags) => {
    const { framesAs, ...options } = readFlags(FLAGS, raw);
    const lastSeed = options.seed + options.sequences - 1;
    if (lastSeed > LARGEST_SEED)
      throw new UsageError(
        `--seed is ${options.seed}; with ${options.sequences} drives it must be ${LARGEST_SEED - options.sequences + 1} or less`,
      );
    const { synthesise } = await import('../app/synth.js');
    const io = openIo(command, context);
    const summary = await synthesise({ ...options, pictures: framesAs ?? (options.video ? undefined : 'jpg') }, io);
    io.print(
      io.json
        ? JSON.stringify(summary)
        : `${summary.annotations}: ${counted(summary.objects, 'object')} in ${counted(summary.frames, 'frame')} of ${counted(summary.sequences, 'drive')}, ${summary.framesPerSecond} frames/s`,
    );
  });
  addMoreHelp(command, {
    examples: [
      'nowcast synth --out world',
      'nowcast synth --out world --sequences 8 --frames 90 --video --frames-as png',
    ],
    page: 'synthetic-world.md',
  });
}

function parseSize(text: string): Size | undefined {
  const [, width, height] = /^(\d+)x(\d+)$/i.exec(text) ?? [];
  return width === undefined ? undefined : { width: Number(width), height: Number(height) };
}
