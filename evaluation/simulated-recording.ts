import { DataError } from '../src/core/errors.js';
import type { Detection } from '../src/core/detection.js';
import type { DropEvent, FrameRef, PerceptEvent } from '../src/core/events.js';
import { OWN_TIMES } from '../src/core/frame.js';
import { encodeEvent, encodeHeader } from '../src/recording/encode.js';
import type { RecordingHeader } from '../src/recording/format.js';
import { recordingHeader } from '../src/recording/header.js';
import type { GroundTruth } from './ground-truth.js';
import type { SimulatedDrop, SimulatedRun, SimulatedSequence } from './simulate.js';

/** Time between the end of a sequence and the start of the next on the recording's clock. */
const PAUSE_S = 1;

/**
 * The lines of the recording of a live run with these runtimes, the header first. Sequences follow each other, each as
 * its own stream, and start at whole seconds.
 * @param detectionsOf the detector's results for an image; `classId` is the class index
 * @param about the header's facts on the run: its configuration and host
 */
export function* simulatedRecording(
  truth: GroundTruth,
  simulated: readonly SimulatedSequence[],
  fps: number,
  detectionsOf: (image: number) => readonly Detection[],
  about: Pick<RecordingHeader, 'config' | 'host'>,
): Generator<string> {
  yield encodeHeader(
    recordingHeader({
      unixUsAtZero: 0,
      classes: truth.classes.map(({ name }) => name),
      streams: truth.sequences.map(({ name }) => name),
      ...about,
    }),
  );
  let startS = 0;
  for (const [s, { runs, drops }] of simulated.entries()) {
    const { name, images } = truth.sequences[s];
    const at = (sequenceS: number): number => (startS + sequenceS) * 1000;
    const frame = (index: number): Omit<FrameRef, 'capturedAtMs'> => ({
      streamId: name,
      seq: index,
      epoch: 0,
      ptsMs: (index * 1000) / fps,
      ...OWN_TIMES,
    });
    const percept = (run: SimulatedRun): PerceptEvent => {
      const image = truth.images[images[run.frame]];
      if (image.size === undefined)
        throw new DataError(
          `annotations: the image with id ${image.id} has no "width" and "height", which a recording states`,
        );
      const [capturedAtMs, startedAtMs, emittedAtMs] = [
        at(run.frame / fps),
        at(run.startS),
        at(recordedEndS(run.endS, fps)),
      ];
      return {
        type: 'percept',
        ...frame(run.frame),
        ...image.size,
        times: {
          capturedAtMs,
          readyAtMs: capturedAtMs,
          startedAtMs,
          inferStartMs: startedAtMs,
          inferEndMs: emittedAtMs,
          doneAtMs: emittedAtMs,
          emittedAtMs,
        },
        detections: detectionsOf(images[run.frame]),
        overBudget: false,
      };
    };
    const drop = ({ frame: index, reason, atS }: SimulatedDrop): DropEvent => ({
      type: 'drop',
      ...frame(index),
      capturedAtMs: at(index / fps),
      reason,
      atMs: at(atS),
    });
    for (const event of inOrder(runs, drops)) yield encodeEvent('endS' in event ? percept(event) : drop(event));
    startS += Math.ceil(Math.max(images.length / fps, runs.at(-1)?.endS ?? 0)) + PAUSE_S;
  }
}

/**
 * An output's time in whole microseconds, on the same side of every frame's recorded time as the exact time is of the
 * frame's exact time. A simulation compares exact times, where ties are common, and its recording must settle them the
 * same way.
 */
function recordedEndS(endS: number, fps: number): number {
  let next = Math.floor(endS * fps);
  while (next > 0 && (next - 1) / fps >= endS) next--;
  while (next / fps < endS) next++;
  const frameUs = (frame: number): number => Math.round((frame / fps) * 1e6);
  return Math.min(Math.max(Math.round(endS * 1e6), frameUs(next - 1) + 1), frameUs(next)) / 1e6;
}

/** The toolkit's arithmetic can run a frame twice; the recording contains it once. */
function inOrder(runs: readonly SimulatedRun[], drops: readonly SimulatedDrop[]): (SimulatedRun | SimulatedDrop)[] {
  const recorded = new Set<number>();
  const once = runs.filter(({ frame }) => !recorded.has(frame) && recorded.add(frame));
  return [...once, ...drops].sort((a, b) => timeOf(a) - timeOf(b));
}

function timeOf(event: SimulatedRun | SimulatedDrop): number {
  return 'endS' in event ? event.endS : event.atS;
}
