import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunSummary } from '../../src/app/run/summary.js';
import type { PipelineEvent } from '../../src/core/events.js';
import { readRecording } from '../../src/recording/reader.js';
import { CameraChaos } from '../../test/helpers/camera-chaos.js';
import { monotonicClock } from '../../test/helpers/monotonic.js';
import { randomSource } from '../../test/helpers/random.js';
import { faultsOfRecording } from './judge.js';
import { isAlive, RunProcess, type ChildKind, type Holding } from './run-process.js';
import { Viewers } from './viewers.js';

export type ChaosOptions = {
  /** An empty folder. */
  readonly folder: string;
  readonly forMs: number;
  /** The same seed chooses the same faults. */
  readonly seed: number;
  readonly print?: (line: string) => void;
};

export type ChaosReport = {
  /** Number of faults of each kind that were caused. */
  readonly caused: Readonly<Record<string, number>>;
  /** Rules that the run broke; empty if it is sound. */
  readonly problems: readonly string[];
  readonly holdings: readonly Holding[];
  readonly summary: RunSummary | undefined;
};

const CAMERA = { width: 320, height: 192, fps: 25, gop: 12, loopSeconds: 30 } as const;
const VIEWERS = 4;
/** Between two faults of one kind of victim. */
const REST_MS = 2500;
/** The longest time that a process stands still. */
const LONGEST_STOP_MS = 4000;
const CALM_MS = 8000;
const SAMPLE_EVERY_MS = 1000;
/** Descriptors of one more connection, decoder and detector that start while others end. */
const MORE_FILES = 16;
/** Growth beyond this is a leak; a young process still grows. */
const MORE_MEMORY = 1.3;
const MORE_MEMORY_MB = 60;
/** Outputs that no fault may cause. */
const BUG = /this is a bug|\n\s+at |UnhandledPromise|Warning: .*memory leak/;

/**
 * Runs the command on a camera and a file, with viewers, and kills, stops and cuts all of them in turn for a while.
 * Then it compares what the run has recorded with what it may not lose.
 */
export async function chaos({ folder, forMs, seed, print = () => undefined }: ChaosOptions): Promise<ChaosReport> {
  const clip = join(folder, 'file.mp4');
  writeClip(clip, forMs);
  const camera = await CameraChaos.start({ camera: CAMERA, seed, restMs: 3000, longestMs: LONGEST_STOP_MS });
  const run = new RunProcess(argsOf(camera.url, clip), clip, folder, { NOWCAST_CACHE: join(folder, 'cache') });
  const caused: Record<string, number> = {};
  const note = (fault: string): void => {
    caused[fault] = (caused[fault] ?? 0) + 1;
    print(fault);
  };
  const holdings: Holding[] = [];
  let viewers: Viewers | undefined;
  try {
    while (run.feedUrl === undefined && run.isRunning) await sleep(100);
    viewers = new Viewers(run.feedUrl ?? '', VIEWERS);
    await sleep(CALM_MS);
    const endAtMs = monotonicClock.now() + forMs;
    const goesOn = (): boolean => run.isRunning && monotonicClock.now() < endAtMs;
    const { uniform } = randomSource(seed);
    await Promise.all([
      camera.run(forMs),
      disturb(goesOn, uniform, 'detector', run, note, ['kill', 'stop']),
      disturb(goesOn, uniform, 'camera decoder', run, note, ['kill', 'stop']),
      disturb(goesOn, uniform, 'file decoder', run, note, ['stop']),
      annoy(goesOn, uniform, viewers, note),
      sample(goesOn, run, holdings),
    ]);
    for (const { fault } of camera.log) note(`camera ${fault.replace(/ (for|after) \d+ ms/, '')}`);
    await sleep(CALM_MS);
    const isEarly = !run.isRunning;
    const { code, stdout, stderr } = await run.stop();
    const summary = parsed(stdout);
    const events: PipelineEvent[] = [];
    const problems: string[] = [...viewers.problems];
    const recording = await readRecording(join(folder, 'run.jsonl'), (warning) => problems.push(warning));
    for await (const event of recording.events) events.push(event);
    if (isEarly || code !== 143)
      problems.push(`the run ended with ${code}${isEarly ? ' by itself' : ''}: ${stderr.slice(-500)}`);
    if (BUG.test(stderr)) problems.push(`the log shows a bug: ${BUG.exec(stderr)![0]} … ${stderr.slice(-500)}`);
    if (summary === undefined) problems.push('the run printed no summary');
    else problems.push(...faultsOfRecording(events, summary));
    problems.push(...leaks(holdings), ...(await leftBehind(run)));
    return { caused, problems, holdings, summary };
  } finally {
    viewers?.close();
    run.kill();
    await camera.close();
  }
}

function argsOf(url: string, clip: string): string[] {
  const model = ['--model', 'nowcast-nano', '--provider', 'cpu', '--budget', '1s', '--track'];
  return [url, clip, ...model, '--feed', '0', '--record', 'run.jsonl', '--json', '--log-format', 'json'];
}

/** A moving picture that outlasts the chaos, at 10 frames a second. */
function writeClip(path: string, forMs: number): void {
  const seconds = String(Math.ceil(forMs / 1000) + 120);
  const source = `testsrc=size=320x192:rate=10:duration=${seconds}`;
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', source, '-preset', 'ultrafast', path], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function disturb(
  goesOn: () => boolean,
  uniform: () => number,
  kind: ChildKind,
  run: RunProcess,
  note: (fault: string) => void,
  ways: readonly ('kill' | 'stop')[],
): Promise<void> {
  while (goesOn()) {
    await sleep(REST_MS * (0.5 + uniform()));
    const [pid] = run.childrenOf(kind);
    if (pid === undefined) continue;
    const way = ways[Math.floor(uniform() * ways.length)];
    try {
      process.kill(pid, way === 'kill' ? 'SIGKILL' : 'SIGSTOP');
      note(`${kind}: ${way}`);
      if (way === 'kill') continue;
      await sleep(LONGEST_STOP_MS * uniform());
      process.kill(pid, 'SIGCONT');
    } catch {
      // It was ended first: a watchdog does not wait.
    }
  }
}

async function annoy(
  goesOn: () => boolean,
  uniform: () => number,
  viewers: Viewers,
  note: (fault: string) => void,
): Promise<void> {
  while (goesOn()) {
    await sleep(REST_MS * uniform());
    const viewer = viewers.pick(uniform());
    const way = Math.floor(3 * uniform());
    if (way === 0) {
      viewers.replace(viewer);
      note('viewer: cut');
    } else if (way === 1) {
      viewer.babble();
      note('viewer: babble');
    } else {
      viewer.pause();
      note('viewer: stop');
      await sleep(LONGEST_STOP_MS * uniform());
      viewer.resume();
    }
  }
}

async function sample(goesOn: () => boolean, run: RunProcess, holdings: Holding[]): Promise<void> {
  while (goesOn()) {
    await sleep(SAMPLE_EVERY_MS);
    const holding = run.holding();
    if (holding !== undefined) holdings.push(holding);
  }
}

/** Compares the last fifth of a run with its second. */
function leaks(holdings: readonly Holding[]): string[] {
  const fifth = Math.floor(holdings.length / 5);
  if (fifth === 0) return ['the run was too short to be observed'];
  const median = (from: number, key: keyof Holding): number =>
    holdings
      .slice(from, from + fifth)
      .map((holding) => holding[key])
      .sort((a, b) => a - b)[fifth >> 1];
  const [files, lastFiles] = [median(fifth, 'files'), median(4 * fifth, 'files')];
  const [memory, lastMemory] = [median(fifth, 'memoryMb'), median(4 * fifth, 'memoryMb')];
  return [
    ...(lastFiles > files + MORE_FILES ? [`its descriptors grew from ${files} to ${lastFiles}`] : []),
    ...(lastMemory > MORE_MEMORY * memory + MORE_MEMORY_MB
      ? [`its memory grew from ${Math.round(memory)} to ${Math.round(lastMemory)} MB`]
      : []),
  ];
}

/** Children may take a moment to be reaped. */
async function leftBehind(run: RunProcess): Promise<string[]> {
  let left = [...run.everChildren];
  for (let i = 0; i < 50 && left.length > 0; i++) {
    left = left.filter(isAlive);
    if (left.length > 0) await sleep(100);
  }
  return left.map((pid) => `process ${pid} is left behind`);
}

function parsed(stdout: string): RunSummary | undefined {
  try {
    const summary = JSON.parse(stdout) as RunSummary;
    return 'streams' in summary ? summary : undefined;
  } catch {
    return undefined;
  }
}
