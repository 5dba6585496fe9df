import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineEvent } from '../../src/core/events.js';
import { readRecording } from '../../src/recording/reader.js';
import { CameraChaos } from '../../test/helpers/camera-chaos.js';
import { monotonicClock } from '../../test/helpers/monotonic.js';
import { randomSource } from '../../test/helpers/random.js';
import { annoy, disturb, LONGEST_STOP_MS, type Disturbance } from '../disturbance/disturb.js';
import { leaks, leftBehind, sample } from '../disturbance/holdings.js';
import { ObservedCommand, type Holding } from '../disturbance/observed-command.js';
import { runSummary, type TrialOptions, type TrialReport } from '../disturbance/trial.js';
import { Viewers } from '../disturbance/viewers.js';
import { faultsOfRecording } from './judge.js';

const CAMERA = { width: 320, height: 192, fps: 25, gop: 12, loopSeconds: 30 } as const;
const VIEWERS = 4;
const CLIP = 'file.mp4';
const DETECTOR = /^nowcast-detector/;
const FILE_DECODER = new RegExp(`^\\S*ffmpeg .*/${CLIP}`);
const CAMERA_DECODER = new RegExp(`^\\S*ffmpeg (?!.*/${CLIP})`);
const CALM_MS = 8000;
/** Outputs that no fault may cause. */
const BUG = /this is a bug|\n\s+at |UnhandledPromise|Warning: .*memory leak/;

/**
 * Runs the command on a camera and a file, with viewers, and kills, stops and cuts all of them in turn for a while.
 * Then it compares what the run has recorded with what it may not lose.
 */
export async function chaos({ folder, forMs, seed, print = () => undefined }: TrialOptions): Promise<TrialReport> {
  const clip = join(folder, CLIP);
  writeClip(clip, forMs);
  const camera = await CameraChaos.start({ camera: CAMERA, seed, restMs: 3000, longestMs: LONGEST_STOP_MS });
  const run = new ObservedCommand(argsOf(camera.url, clip), folder);
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
    const disturbance: Disturbance = { goesOn, uniform: randomSource(seed).uniform, note };
    await Promise.all([
      camera.run(forMs),
      disturb(disturbance, run, { name: 'detector', commandLine: DETECTOR, ways: ['kill', 'stop'] }),
      disturb(disturbance, run, { name: 'camera decoder', commandLine: CAMERA_DECODER, ways: ['kill', 'stop'] }),
      disturb(disturbance, run, { name: 'file decoder', commandLine: FILE_DECODER, ways: ['stop'] }),
      annoy(disturbance, viewers),
      sample(goesOn, run, holdings),
    ]);
    for (const { fault } of camera.log) note(`camera ${fault.replace(/ (for|after) \d+ ms/, '')}`);
    await sleep(CALM_MS);
    const isEarly = !run.isRunning;
    const { code, stdout, stderr } = await run.stop();
    const summary = runSummary(stdout);
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
  return ['run', url, clip, ...model, '--feed', '0', '--record', 'run.jsonl', '--json', '--log-format', 'json'];
}

/** A moving picture that outlasts the chaos, at 10 frames a second. */
function writeClip(path: string, forMs: number): void {
  const seconds = String(Math.ceil(forMs / 1000) + 120);
  const source = `testsrc=size=320x192:rate=10:duration=${seconds}`;
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', source, '-preset', 'ultrafast', path], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
