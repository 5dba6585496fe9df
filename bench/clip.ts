import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, tap } from 'rxjs';
import type { Detector } from '../src/core/detector.js';
import type { PerceptEvent, PipelineEvent } from '../src/core/events.js';
import { every } from '../src/scheduling/policies/every.js';
import type { Policy } from '../src/scheduling/policy.js';
import { monotonicClock as clock } from '../src/app/clock.js';
import { createProcessDetector } from '../src/model/host/process-detector.js';
import { createPipeline } from '../src/pipeline/create-pipeline.js';
import { Measurements, type MeasurementsSnapshot } from '../src/pipeline/measurements.js';
import { locateFfmpeg, type Ffmpeg } from '../src/streaming/ffmpeg/binary.js';
import { videoSource, type VideoOptions } from '../src/streaming/sources/video/video.js';
import { realFile } from '../test/helpers/shared.js';
import { machine, printTable } from './table.js';

export const CLIP_FPS = 10;
const CLIP_FRAMES = 1394;
const DETECTION = {
  provider: 'cpu',
  threads: 1,
  labels: 'coco',
  confThreshold: 0.25,
  nmsThreshold: 0.45,
  nms: 'per-class',
} as const;

/** The resources that all parts of a bench share. */
export type Bench = {
  readonly clip: string;
  readonly model: string;
  readonly cacheDir: string;
  readonly ffmpeg: Ffmpeg;
  readonly detector: Detector;
};
export type Row = readonly [figure: string, measured: string, toReach: string];

/** Runs parts on the person clip and YOLOX-Nano at 416, one thread, and prints their rows. */
export async function runBench(...parts: readonly ((bench: Bench) => Promise<Row[]>)[]): Promise<void> {
  const clip = realFile('one-by-one-person-detection.mp4');
  const model = realFile('yolox_nano.onnx');
  if (clip === undefined || model === undefined)
    throw new Error('this bench needs one-by-one-person-detection.mp4 and yolox_nano.onnx in NOWCAST_REAL_DIR');
  const cacheDir = await mkdtemp(join(tmpdir(), 'nowcast-bench-'));
  const ffmpeg = await locateFfmpeg(process.env, cacheDir);
  const detector = await createProcessDetector({ model, cacheDir, ...DETECTION });
  try {
    console.log(`${machine()}, ffmpeg ${ffmpeg.version.name}\n`);
    const rows: Row[] = [];
    for (const part of parts) {
      const measured = await part({ clip, model, cacheDir, ffmpeg, detector });
      for (const [figure, value] of measured) console.error(`${figure}: ${value}`);
      rows.push(...measured);
    }
    printTable(['figure', 'measured', 'to reach'], rows);
  } finally {
    await detector.close();
    await rm(cacheDir, { recursive: true, force: true });
  }
}

export type Played = {
  readonly percepts: readonly PerceptEvent[];
  readonly snapshot: MeasurementsSnapshot;
  readonly seconds: number;
  readonly largestLoopGapMs: number;
};

export type Play = {
  readonly policy: Policy;
  readonly fps?: number;
  readonly frames: number;
  readonly source?: Partial<VideoOptions>;
  readonly onEvent?: (event: PipelineEvent, measurements: Measurements) => void;
};

/** Plays the clip through the pipeline, in a loop if more frames are requested. */
export async function play(
  { clip, ffmpeg, detector }: Bench,
  { policy, fps, frames, source, onEvent }: Play,
): Promise<Played> {
  const measurements = new Measurements();
  const percepts: PerceptEvent[] = [];
  const loops = Math.ceil(frames / CLIP_FRAMES) - 1;
  const inputOptions = [
    ...(loops > 0 ? ['-stream_loop', `${loops}`] : []),
    ...(fps === undefined ? [] : ['-itsscale', `${CLIP_FPS / fps}`]),
  ];
  let last = clock.now();
  let largestLoopGapMs = 0;
  const beat = setInterval(() => {
    const now = clock.now();
    largestLoopGapMs = Math.max(largestLoopGapMs, now - last);
    last = now;
  }, 1);
  const startedAtMs = clock.now();
  await lastValueFrom(
    createPipeline({
      sources: [
        videoSource(clip, {
          streamId: 'clip',
          input: detector.info.input,
          pace: fps === undefined ? 'max' : 'source',
          ffmpeg,
          clock,
          inputOptions,
          maxFrames: frames,
          ...source,
        }),
      ],
      detector,
      clock,
      policy,
      measurements,
      latencyBudgetMs: policy === every ? undefined : 100,
    }).pipe(
      tap((event) => {
        if (event.type === 'percept') percepts.push(event);
        onEvent?.(event, measurements);
      }),
    ),
    { defaultValue: undefined },
  );
  clearInterval(beat);
  return { percepts, snapshot: measurements.snapshot(), seconds: (clock.now() - startedAtMs) / 1000, largestLoopGapMs };
}
