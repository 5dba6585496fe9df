import type { Command } from 'commander';
import { profileFile, type MeasuredRuntimes, type ProfileFile, type RuntimePercentiles } from '../../evaluation/profile.js';
import { DETECTOR_DEFAULTS } from '../config/run-keys.js';
import type { Clock } from '../core/clock.js';
import type { Detector } from '../core/detector.js';
import { SourceError } from '../core/errors.js';
import { fitPicture, resolvedFormat, type Picture, type PictureFormat } from '../core/picture.js';
import { readPicture } from '../streaming/sources/folder/picture.js';
import { openIo, type CliContext, type CommandIo } from './command-io.js';
import { openEvalDetector } from '../app/evaluate/open-detector.js';
import { evalFlags, numberFlag, textFlag } from './eval-flags.js';
import { checkWritable, writeOutput } from './eval-report.js';
import { hostFacts } from '../app/host-facts.js';
import type { RunFlagValues } from './run-flags.js';
import { table } from './table.js';

const DEFAULT_RUNS = 200;
const DEFAULT_WARM_UP = 20;

/** Declares `nowcast profile`. */
export function register(program: Command, context: CliContext): void {
  const command = program.command('profile').description('Measure how long a detector takes on this machine, for eval simulate --runtime');
  evalFlags.detector(command, { conf: `${DETECTOR_DEFAULTS.conf}`, nms: `${DETECTOR_DEFAULTS.nms}` })
    .option('--source <picture>', 'what to detect on (default: a grey picture, in which nothing is found)')
    .option('--runs <n>', `runs to measure, one at a time (default: ${DEFAULT_RUNS})`)
    .option('--warmup <n>', `runs before these (default: ${DEFAULT_WARM_UP})`)
    .option('--out <file.json>', 'write the runtime profile')
    .action(async (flags: RunFlagValues) => profile(openIo(command, context), flags));
}

async function profile(io: CommandIo, flags: RunFlagValues): Promise<void> {
  const runs = numberFlag(flags, '--runs', DEFAULT_RUNS, { min: 1, integer: true });
  const warmUpRuns = numberFlag(flags, '--warmup', DEFAULT_WARM_UP, { min: 0, integer: true });
  const out = textFlag(flags, 'out');
  // What cannot be written is told before the work, not after it.
  if (out !== undefined) checkWritable(out);
  const detector = await openEvalDetector(io, flags, DETECTOR_DEFAULTS);
  const bar = io.progress.bar({ label: 'measuring', total: runs + warmUpRuns, unit: 'runs' });
  let file: ProfileFile;
  try {
    const picture = await pictureFor(textFlag(flags, 'source'), detector.info.input);
    const measured = await measureRuntimes(detector, picture, { runs, warmUpRuns, clock: io.clock, signal: io.signal, onRun: (done) => bar.set(done) });
    const { nowcast, cpu, platform } = hostFacts();
    file = profileFile(measured, detector.info, { cpu, platform }, nowcast, new Date(io.clock.toUnixMs(io.clock.now())).toISOString());
  } finally {
    bar.done();
    await detector.close();
  }
  if (out !== undefined) writeOutput(out, `${JSON.stringify(file, null, 1)}\n`);
  io.print(io.json ? JSON.stringify(file) : asText(file, out));
}

export type MeasureOptions = {
  readonly runs: number;
  readonly warmUpRuns: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told how many runs are done, the warm-up's included. */
  readonly onRun: (done: number) => void;
};

/** Detects on one picture again and again, one at a time, as a live pipeline does under load. */
export async function measureRuntimes(detector: Detector, picture: Picture, { runs, warmUpRuns, clock, signal, onRun }: MeasureOptions): Promise<MeasuredRuntimes> {
  const runtimesMs: number[] = [];
  const inferenceMs: number[] = [];
  for (let run = 0; run < warmUpRuns + runs; run++) {
    signal.throwIfAborted();
    const startedAtMs = clock.now();
    const { times } = await detector.detect(picture);
    const endedAtMs = clock.now();
    if (run >= warmUpRuns) {
      runtimesMs.push(endedAtMs - startedAtMs);
      inferenceMs.push(times.inferEndMs - times.inferStartMs);
    }
    onRun(run + 1);
  }
  return { runtimesMs, inferenceMs };
}

async function pictureFor(source: string | undefined, input: PictureFormat): Promise<Picture> {
  const image = new Uint8Array(3 * input.width * input.height).fill(resolvedFormat(input).padValue);
  if (source === undefined) return { size: input, fit: fitPicture(input, input), image };
  return readPicture(source, input, image).catch((cause: unknown) => {
    throw new SourceError(`the picture ${source} cannot be read: ${(cause as Error).message}`, { cause });
  });
}

function asText({ model, input, provider, threads, samples, percentiles: whole, inference }: ProfileFile, out: string | undefined): string {
  const keys = Object.keys(whole) as (keyof RuntimePercentiles)[];
  const row = (name: string, of: RuntimePercentiles): string[] => [name, ...keys.map((key) => of[key].toFixed(2))];
  return [
    `${model} at ${input.width}x${input.height} on ${provider}, ${threads} thread${threads === 1 ? '' : 's'}: ${samples.length} runs, ${(1000 / whole.mean).toFixed(1)} a second`,
    '', table(['milliseconds', ...keys], [row('hand-over to result', whole), row('inference alone', inference.percentiles)]),
    ...(out === undefined ? [] : ['', `wrote ${out}`]),
  ].join('\n');
}
