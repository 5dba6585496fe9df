import {
  profileFile,
  type MeasuredRuntimes,
  type ProfileFile,
  type RuntimePercentiles,
} from '../../evaluation/profile.js';
import type { Clock } from '../core/clock.js';
import type { Detector } from '../core/detector.js';
import { SourceError } from '../core/errors.js';
import { fitPicture, resolvedFormat, type Picture, type PictureFormat } from '../core/picture.js';
import { readPicture } from '../streaming/pictures/read-picture.js';
import { WholeFile } from '../files/whole-file.js';
import type { AppContext } from './context.js';
import { aboutResult, modelFacts, type About } from './evaluate/about.js';
import type { DetectorChoice } from './evaluate/detector-choice.js';
import { openEvalDetector } from './evaluate/open-detector.js';
import { hostFacts } from './host-facts.js';

export type { RuntimePercentiles };

/** The profile, and how it came about. */
export type ProfileResult = { readonly about: About } & ProfileFile;

export type ProfileOptions = {
  readonly detector: DetectorChoice;
  /** The picture to detect on; undefined takes a grey one. */
  readonly source: string | undefined;
  readonly runs: number;
  /** Number of runs before the measured ones. */
  readonly warmUpRuns: number;
  /** File for the profile. */
  readonly out: string | undefined;
};

/**
 * Measures how long a detector takes on this machine.
 * @throws ModelError if the detector cannot be opened; SourceError if the picture cannot be read; OutputError if the
 *   file cannot be written
 */
export async function profileDetector(options: ProfileOptions, context: AppContext): Promise<ProfileResult> {
  const output = options.out === undefined ? undefined : new WholeFile(options.out);
  try {
    const file = await measureDetector(options, context);
    output?.write(`${JSON.stringify(file, null, 1)}\n`);
    return file;
  } finally {
    output?.release();
  }
}

async function measureDetector(options: ProfileOptions, context: AppContext): Promise<ProfileResult> {
  const { source, runs, warmUpRuns } = options;
  const detector = await openEvalDetector(options.detector, context, { findsPlacement: true });
  const bar = context.progress.bar({ label: 'measuring', total: runs + warmUpRuns, unit: 'runs' });
  try {
    const picture = await pictureFor(source, detector.info.input);
    const measured = await measureRuntimes(detector, picture, {
      runs,
      warmUpRuns,
      clock: context.clock,
      signal: context.signal,
      onRun: (done) => bar.set(done),
    });
    const { nowcast, cpu, platform } = hostFacts();
    const about = await aboutResult(
      { command: 'profile', settings: options, data: { source }, model: modelFacts(detector.info) },
      context,
    );
    return { about, ...profileFile(measured, detector.info, { cpu, platform }, nowcast, about.date) };
  } finally {
    bar.done();
    await detector.close();
  }
}

export type MeasureOptions = {
  readonly runs: number;
  readonly warmUpRuns: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called with the number of finished runs, warm-up included. */
  readonly onRun: (done: number) => void;
};

/** Detects on one picture repeatedly, one run at a time, as a live pipeline does under load. */
export async function measureRuntimes(
  detector: Detector,
  picture: Picture,
  { runs, warmUpRuns, clock, signal, onRun }: MeasureOptions,
): Promise<MeasuredRuntimes> {
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

/** For the time of a run, which does not depend on the picture. */
export function greyPicture(input: PictureFormat): Picture {
  const image = new Uint8Array(3 * input.width * input.height).fill(resolvedFormat(input).padValue);
  return { size: input, fit: fitPicture(input, input), image };
}

async function pictureFor(source: string | undefined, input: PictureFormat): Promise<Picture> {
  const grey = greyPicture(input);
  if (source === undefined) return grey;
  return readPicture(source, input, grey.image).catch((cause: unknown) => {
    throw new SourceError(`the picture ${source} cannot be read: ${(cause as Error).message}`, { cause });
  });
}
