import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, takeWhile, tap, type Observable } from 'rxjs';
import { LiveAccuracy } from '../../evaluation/live-accuracy.js';
import { monotonicClock as clock } from '../../src/app/clock.js';
import { DEMO_CLASSES } from '../../src/app/demo/world.js';
import type { Detector } from '../../src/core/detector.js';
import type { PerceptEvent, SourceEvent } from '../../src/core/events.js';
import { idleFree } from '../../src/scheduling/policies/idle-free.js';
import { createProcessDetector } from '../../src/model/host/process-detector.js';
import { bundledModel } from '../../src/model/zoo.js';
import { createPipeline } from '../../src/pipeline/create-pipeline.js';
import { cameraSource } from '../../src/streaming/sources/camera/camera.js';
import type { Ffmpeg } from '../../src/streaming/ffmpeg/binary.js';
import type { Annotation } from '../../synth/annotate.js';
import { PacedCamera } from '../../test/helpers/paced-camera/index.js';
import { pictureCount } from '../../test/helpers/paced-camera/loop.js';
import { worldTruth } from '../../test/helpers/paced-camera/pictures.js';
import { median, printTable } from '../table.js';
import { openCvSource } from './opencv-source.js';
import { trackerByName } from '../../src/track/kinds.js';

const SEED = 4;
const VIEW = { width: 720, height: 450, fps: 30 } as const;
const LOOP = { gop: 30, loopSeconds: 40 } as const;
const STREAM = 'camera';
/** A reader that collects a backlog while it opens needs this long to catch up. */
const WARM_UP_MS = 5_000;

/** Streaming AP of the synthetic world behind an RTSP camera, for three ways of reading it with the same pipeline. */
export async function streamingAp(ffmpeg: Ffmpeg): Promise<void> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'nowcast-bench-'));
  const model = bundledModel();
  if (model === undefined) throw new Error('the bundled model is not there');
  const detector = await createProcessDetector({
    model,
    cacheDir,
    provider: 'cpu',
    threads: 1,
    confThreshold: 0.01,
    nmsThreshold: 0.65,
    nms: 'per-class',
  });
  const { input } = detector.info;
  const ways: readonly [string, (url: string) => Observable<SourceEvent>][] = [
    ['Nowcast', (url) => cameraSource(url, { streamId: STREAM, input, clock, ffmpeg, transport: 'auto' })],
    ["ffmpeg's RTSP", (url) => cameraSource(url, { streamId: STREAM, input, clock, ffmpeg, transport: 'ffmpeg' })],
    ['OpenCV VideoCapture', (url) => openCvSource(url, { streamId: STREAM, input })],
  ];
  const truth = worldTruth(VIEW, SEED, pictureCount({ ...VIEW, ...LOOP }));
  try {
    const rows: string[][] = [];
    for (const [name, read] of ways) {
      const camera = await PacedCamera.start({ ...VIEW, ...LOOP, worldSeed: SEED });
      const percepts = await perceptsOf(read(camera.url), detector);
      await camera.facts();
      await camera.kill();
      const plain = scoreOf(camera, truth, percepts, detector, undefined);
      const forecast = scoreOf(camera, truth, percepts, detector, 'nowcast');
      const ages = percepts.map(({ times }) => times.emittedAtMs - times.capturedAtMs);
      rows.push([name, `${percepts.length}`, plain, forecast, `${median(ages).toFixed(0)} ms`]);
      console.error(rows.at(-1)!.join(' | '));
    }
    console.log(
      `Streaming AP (eta 0) of the synthetic world over RTSP, H.264 at ${VIEW.fps} fps, nowcast-nano on one thread; every picture of a loop of ${LOOP.loopSeconds} s once`,
    );
    printTable(['way of reading', 'percepts', 'sAP', 'sAP, forecast', 'claimed age when emitted, median'], rows);
  } finally {
    await detector.close();
    await rm(cacheDir, { recursive: true, force: true });
  }
}

async function perceptsOf(source: Observable<SourceEvent>, detector: Detector): Promise<PerceptEvent[]> {
  const percepts: PerceptEvent[] = [];
  await lastValueFrom(
    createPipeline({ sources: [source], detector, clock, policy: idleFree }).pipe(
      tap((event) => {
        if (event.type === 'percept') percepts.push(event);
      }),
      takeWhile(() => percepts.length === 0 || percepts.at(-1)!.times.emittedAtMs <= scoredUntilMs(percepts[0])),
    ),
    { defaultValue: undefined },
  );
  return percepts;
}

const scoredFromMs = (first: PerceptEvent): number => first.times.emittedAtMs + WARM_UP_MS;
const scoredUntilMs = (first: PerceptEvent): number => scoredFromMs(first) + LOOP.loopSeconds * 1000;

/** Compared with every picture of the loop once, after the warm-up. */
function scoreOf(
  camera: PacedCamera,
  truth: readonly (readonly Annotation[])[],
  percepts: readonly PerceptEvent[],
  detector: Detector,
  forecaster: 'nowcast' | undefined,
): string {
  const accuracy = new LiveAccuracy({
    truth: DEMO_CLASSES,
    classNames: detector.info.classNames,
    forecaster: forecaster && trackerByName(forecaster),
  });
  percepts.forEach((percept) => accuracy.percept(percept));
  const [fromMs, untilMs] = [scoredFromMs(percepts[0]), scoredUntilMs(percepts[0])];
  camera
    .drawings()
    .filter(({ drawnAtMs }) => drawnAtMs >= fromMs && drawnAtMs < untilMs)
    .forEach(({ index, drawnAtMs }, seq) =>
      accuracy.truth({
        streamId: STREAM,
        seq,
        capturedAtMs: drawnAtMs,
        size: VIEW,
        objects: truth[index].map(({ classId, box: { x1, y1, x2, y2 } }) => ({
          classIndex: classId,
          bbox: [x1, y1, x2 - x1, y2 - y1] as const,
        })),
      }),
    );
  const { AP } = accuracy.overall(untilMs).stats;
  return AP === null ? '-' : AP.toFixed(3);
}
