import type { Command } from 'commander';
import { UsageError } from '../core/errors.js';
import type { Size } from '../core/letterbox.js';
import { locateFfmpeg } from '../streaming/ffmpeg/binary.js';
import { rgbaVideoEncoder } from '../streaming/ffmpeg/video-encoder.js';
import { writeDataset } from '../../synth/write-dataset.js';
import { openIo, type CliContext, type CommandIo } from './command-io.js';
import { numberFlag, textFlag } from './eval-flags.js';
import type { RunFlagValues } from './run-flags.js';

const FPS = 30;
const PICTURES = ['jpg', 'png'] as const;

/** Declares `nowcast synth`. */
export function register(program: Command, context: CliContext): void {
  const command = program.command('synth')
    .description('Make a synthetic driving data set: pictures or videos, and Argoverse-HD annotations')
    .requiredOption('--out <dir>', 'folder to write into; it must not hold a data set yet')
    .option('--seed <n>', 'of the first drive; the others count on from it (default: 0)')
    .option('--sequences <n>', 'how many drives (default: 1)')
    .option('--frames <n>', `frames of each, ${FPS} a second (default: 150)`)
    .option('--every <n>', 'keep the first of every n frames, for more variety in as many pictures (default: 1)')
    .option('--size <WxH>', 'of the pictures, in pixels (default: 960x600)')
    .option('--video', 'write a video of each drive, without pictures unless --frames-as is given')
    .option('--frames-as <jpg|png>', 'write every frame as a picture (default: jpg, without --video)');
  command.action(async (flags: RunFlagValues) => synth(openIo(command, context), flags));
}

async function synth(io: CommandIo, flags: RunFlagValues): Promise<void> {
  const sequences = numberFlag(flags, '--sequences', 1, { min: 1, max: 100_000, integer: true });
  const frames = numberFlag(flags, '--frames', 150, { min: 1, max: 1_000_000, integer: true });
  const every = numberFlag(flags, '--every', 1, { min: 1, max: 1_000, integer: true });
  const seed = numberFlag(flags, '--seed', 0, { min: 0, max: 0xffffffff - sequences, integer: true });
  const size = parseSize(textFlag(flags, 'size') ?? '960x600');
  const wantsVideo = flags['video'] === true;
  const pictures = picturesFlag(flags, wantsVideo);
  const ffmpeg = wantsVideo ? await locateFfmpeg(io.env, io.cacheDir) : undefined;
  const bar = io.progress.bar({ label: 'synth', total: sequences * frames, unit: 'frames' });
  const startedMs = io.clock.now();
  try {
    const summary = await writeDataset({
      out: textFlag(flags, 'out')!, seed, sequences, frames, size, fps: FPS, every, signal: io.signal, onFrame: (done) => bar.set(done),
      ...(pictures && { pictures }), ...(ffmpeg && { openVideo: (...video) => rgbaVideoEncoder(ffmpeg.path, ...video) }),
    });
    const framesPerSecond = Math.round(summary.frames / ((io.clock.now() - startedMs) / 1000) * 10) / 10;
    if (io.json) io.print(JSON.stringify({ ...summary, framesPerSecond }));
    else io.print(`${summary.annotations}: ${summary.objects} objects in ${summary.frames} frames of ${summary.sequences} drives, ${framesPerSecond} frames/s`);
  } finally {
    bar.done();
  }
}

/** @throws UsageError for what is not two whole numbers with an x between them */
function parseSize(text: string): Size {
  const [, width, height] = /^(\d+)x(\d+)$/i.exec(text) ?? [];
  if (width === undefined) throw new UsageError(`--size is ${JSON.stringify(text)}; it must be a width and a height in pixels, such as 960x600`);
  return { width: Number(width), height: Number(height) };
}

function picturesFlag(flags: RunFlagValues, wantsVideo: boolean): (typeof PICTURES)[number] | undefined {
  const text = textFlag(flags, 'framesAs');
  if (text === undefined) return wantsVideo ? undefined : 'jpg';
  const format = PICTURES.find((name) => name === text);
  if (format === undefined) throw new UsageError(`--frames-as is ${JSON.stringify(text)}; it must be ${PICTURES.join(' or ')}`);
  return format;
}
