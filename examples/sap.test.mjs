// Streaming AP in a test of your own: the detector sees every frame once, and its speed is simulated. So the score does
// not depend on the machine, and a slower model or a worse one fails the test. Run it with `node --test`.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { createPipeline, every, folderSource, monotonicClock as clock, openDetector, shrinkingTail } from 'nowcast';
import {
  DetectionList,
  drawnRuntimes,
  parseGroundTruth,
  prepareDetections,
  readJsonFile,
  scoreRun,
  simulatedRun,
  simulateSequence,
} from 'nowcast/evaluation';
import { writeDataset } from 'nowcast/synth';

const FPS = 30;

test('a detector of 50 ms reaches a streaming AP of 0.1 on a drawn street', async (t) => {
  const out = await mkdtemp(join(tmpdir(), 'sap-'));
  t.after(() => rm(out, { recursive: true, force: true }));
  // Your own annotations go here: Argoverse-HD or plain COCO.
  const { annotations } = await writeDataset({
    out,
    seed: 3,
    sequences: 1,
    frames: 40,
    fps: FPS,
    size: { width: 640, height: 400 },
    pictures: 'jpg',
    signal: new AbortController().signal,
    onFrame: () => {},
  });
  const truth = parseGroundTruth(readJsonFile(annotations), undefined);

  // The detections of every frame, however long they take.
  const detector = await openDetector('nowcast-nano');
  t.after(() => detector.close());
  const found = new DetectionList();
  const classIndexOf = new Map(truth.classes.map(({ name }, index) => [name, index]));
  for (const { dir, name, images } of truth.sequences) {
    const source = folderSource(join(out, dir), { streamId: name, input: detector.info.input, pace: 'max', clock });
    await createPipeline({ sources: [source], detector, clock, policy: every }).forEach((event) => {
      if (event.type !== 'percept') return;
      for (const detection of event.detections)
        found.addDetection(images[event.seq], classIndexOf.get(detection.className), detection);
    });
  }
  const detections = prepareDetections(truth, found.columns(), truth.images.length);

  // The same schedules run live and here.
  const runtimes = drawnRuntimes([0.05], 1);
  const simulated = truth.sequences.map(({ images }) =>
    simulateSequence(images.length, { fps: FPS, policy: shrinkingTail, workers: 1 }, runtimes),
  );
  const { streamed } = scoreRun(truth, simulatedRun(truth, simulated, FPS), detections, 0, undefined, detections);
  console.log(`sAP ${streamed.stats.AP.toFixed(3)}`);
  assert.ok(streamed.stats.AP > 0.1, `sAP ${streamed.stats.AP}`);
});
