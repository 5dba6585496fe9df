import type { DropReason, PolicyDropReason } from '../src/core/events.js';
import { decide } from '../src/scheduling/decide.js';
import type { Policy } from '../src/scheduling/policy.js';
import type { RuntimeProfile } from '../src/scheduling/runtime-profile.js';
import type { RuntimeSource } from './runtimes.js';

export type SimulationSettings = {
  readonly fps: number;
  readonly policy: Policy;
  /** Number of parallel detectors; `Infinity` starts every frame on arrival. */
  readonly workers: number;
  /** The runtimes, in seconds, that the policy may use beforehand; none if there is only a trace. */
  readonly knownRuntimesS?: ArrayLike<number>;
};

/** One detected frame; times in seconds from the sequence's start. */
export type SimulatedRun = {
  readonly frame: number;
  readonly startS: number;
  readonly endS: number;
  readonly runtimeS: number;
};

export type SimulatedDrop = {
  readonly frame: number;
  readonly reason: Extract<DropReason, 'superseded' | 'stride' | 'stopped' | PolicyDropReason>;
  readonly atS: number;
};

export type SimulatedSequence = {
  /** In the order of their ends. */
  readonly runs: readonly SimulatedRun[];
  /** The frames without a result, in order. */
  readonly drops: readonly SimulatedDrop[];
};

/**
 * Plays a sequence against detectors with the given `runtimes`, as mtli/sAP's `det/srt_det.py` does for one detector
 * and `det/srt_det_inf.py` for infinitely many, in their arithmetic. A result after the sequence's end is lost; with
 * infinitely many workers it is kept, as theirs is.
 * @param frames length of the sequence; frame i is available at `i / fps`
 * @param runtimes called once for each run, in the order of their starts
 */
export function simulateSequence(
  frames: number,
  settings: SimulationSettings,
  runtimes: RuntimeSource,
): SimulatedSequence {
  return settings.workers === Infinity
    ? runEveryFrame(frames, settings.fps, runtimes)
    : runBySchedule(frames, settings, runtimes);
}

function runEveryFrame(frames: number, fps: number, runtimes: RuntimeSource): SimulatedSequence {
  const runs = Array.from({ length: frames }, (_, frame): SimulatedRun => {
    const startS = frame / fps;
    const runtimeS = runtimes();
    return { frame, startS, endS: startS + runtimeS, runtimeS };
  });
  return { runs: byEnd(runs), drops: [] };
}

function runBySchedule(
  frames: number,
  { fps, policy, workers, knownRuntimesS }: SimulationSettings,
  runtimes: RuntimeSource,
): SimulatedSequence {
  const sequenceEndS = frames / fps;
  const runtime = knownRuntimesS === undefined ? undefined : inFrames(knownRuntimesS, fps);
  const freeAtS = new Float64Array(workers);
  const runs: SimulatedRun[] = [];
  const dropOf = Array.from({ length: frames }, (_, frame): SimulatedDrop | undefined =>
    frame === frames - 1
      ? { frame, reason: 'stopped', atS: sequenceEndS }
      : { frame, reason: 'superseded', atS: (frame + 1) / fps },
  );
  const giveUp = (frame: number, reason: SimulatedDrop['reason'], atS: number): void => {
    if (dropOf[frame] !== undefined) dropOf[frame] = { frame, reason, atS };
  };
  let { initial: memory } = policy;
  let lastFrame = -1;
  let lastRun = -1;
  let passedOver = false;
  for (;;) {
    const worker = indexOfMin(freeAtS);
    if (freeAtS[worker] >= sequenceEndS) break;
    const { frame, ageFrames, isNext } = frameAt(freeAtS[worker] * fps, lastFrame, passedOver);
    if (isNext) {
      if (frame === frames) break;
      freeAtS[worker] = frame / fps;
    }
    lastFrame = frame;

    const decided = decide(
      policy,
      {
        seq: frame,
        lastRunSeq: lastRun,
        ageFrames,
        intervalMs: 1,
        runtime,
        trigger: ageFrames === 0 ? 'frame-arrived' : 'detector-freed',
      },
      memory,
    );
    const { decision } = decided;
    memory = decided.memory;
    passedOver = workers === 1 && decision === 'drop' && freeAtS[worker] !== runs.at(-1)?.endS;
    if (decided.decision === 'drop') giveUp(frame, decided.reason, freeAtS[worker]);
    if (decision !== 'run') continue;

    lastRun = frame;
    const startS = freeAtS[worker];
    const runtimeS = runtimes();
    const endS = startS + runtimeS;
    freeAtS[worker] = endS;
    if (endS < sequenceEndS) {
      runs.push({ frame, startS, endS, runtimeS });
      dropOf[frame] = undefined;
    } else {
      giveUp(frame, 'stopped', sequenceEndS);
    }
  }
  return { runs: byEnd(runs), drops: dropOf.filter((drop) => drop !== undefined) };
}

/**
 * The frame that a free worker is offered, and its age; `isNext` if the worker waits for it.
 * @param place the worker's time in frames from the sequence's start
 * @param passedOver the worker skipped the last frame without a run
 */
function frameAt(
  place: number,
  lastFrame: number,
  passedOver: boolean,
): { readonly frame: number; readonly ageFrames: number; readonly isNext: boolean } {
  const frame = Math.floor(place);
  // The floor of f / fps * fps is f - 1 for some f, 123 the first of them at 30 fps. The toolkit only checks that the
  // frame differs from the last, so after skipping such a frame it offers the one before again; so do we.
  const isNext = passedOver ? frame === lastFrame : frame <= lastFrame;
  return isNext ? { frame: lastFrame + 1, ageFrames: 0, isNext } : { frame, ageFrames: place - frame, isNext };
}

/** With the frame interval as the unit of time, a policy computes with exactly the toolkit's numbers. */
function inFrames(runtimesS: ArrayLike<number>, fps: number): RuntimeProfile {
  let sumS = 0;
  for (let i = 0; i < runtimesS.length; i++) sumS += runtimesS[i];
  return { samplesMs: Float64Array.from(runtimesS, (s) => s * fps).sort(), meanMs: (sumS / runtimesS.length) * fps };
}

/** Stable, so that of two runs that end at once, the one that started first comes first. */
function byEnd(runs: SimulatedRun[]): SimulatedRun[] {
  return runs.sort((a, b) => a.endS - b.endS);
}

function indexOfMin(values: Float64Array): number {
  let least = 0;
  for (let i = 1; i < values.length; i++) if (values[i] < values[least]) least = i;
  return least;
}
