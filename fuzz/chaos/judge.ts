import type { RunSummary } from '../../src/app/run/summary.js';
import type { GapEvent, PipelineEvent } from '../../src/core/events.js';
import { upperMedian } from '../../src/core/quantile.js';

type FrameOutcome = Extract<PipelineEvent, { type: 'percept' | 'drop' }>;

/** A hole in the captures that is longer than this must have a gap. */
const HOLE_MS = 1500;
const TOLERANCE_MS = 300;
/** A camera that has become this slow stands still only if it takes this much longer than before. */
const HOLE_INTERVALS = 4;
const INTERVALS = 15;

/** Compares the events of a run with its summary, and each stream with the rules that no fault may break. */
export function faultsOfRecording(events: readonly PipelineEvent[], summary: RunSummary): string[] {
  return Object.entries(summary.streams).flatMap(([stream, counts]) => {
    const outcomes = events.filter((event): event is FrameOutcome => isOutcomeOf(event, stream));
    const gaps = events.filter((event): event is GapEvent => event.type === 'gap' && event.streamId === stream);
    const percepts = outcomes.filter(({ type }) => type === 'percept').length;
    const dropped = Object.values(counts.drops).reduce((sum, count) => sum + count, 0);
    const problems = [
      ...faultsOfSeqs(outcomes),
      ...faultsOfHoles(outcomes, gaps),
      ...(counts.received === outcomes.length
        ? []
        : [`received ${counts.received} frames, but ${outcomes.length} are recorded`]),
      ...(counts.percepts === percepts ? [] : [`counts ${counts.percepts} percepts, but ${percepts} are recorded`]),
      ...(counts.received === counts.percepts + dropped && counts.inFlight === 0
        ? []
        : [`received ${counts.received}, but has ${counts.percepts} percepts and ${dropped} drops`]),
      ...(percepts > 0 ? [] : ['has no percept']),
    ];
    return problems.map((problem) => `${stream} ${problem}`);
  });
}

/** Each number from 0 on occurs once. */
function faultsOfSeqs(outcomes: readonly FrameOutcome[]): string[] {
  const times = new Map<number, number>();
  for (const { seq } of outcomes) times.set(seq, (times.get(seq) ?? 0) + 1);
  const problems: string[] = [];
  for (const [seq, count] of times) if (count > 1) problems.push(`has ${count} outcomes for frame ${seq}`);
  for (let seq = 0; seq < times.size; seq++) if (!times.has(seq)) problems.push(`has no outcome for frame ${seq}`);
  return problems;
}

/**
 * Each hole between two frames has a gap, and so has each new connection. A difference that the uncertainty of the
 * capture times explains is no hole.
 */
function faultsOfHoles(outcomes: readonly FrameOutcome[], gaps: readonly GapEvent[]): string[] {
  const frames = [...outcomes].sort((a, b) => a.seq - b.seq);
  return frames.slice(1).flatMap((frame, i) => {
    const [fromMs, toMs] = [capturedAtMs(frames[i]), capturedAtMs(frame)];
    const leastMs = Math.max(
      HOLE_MS,
      HOLE_INTERVALS * usualIntervalMs(frames.slice(Math.max(0, i - INTERVALS), i + 1)),
    );
    const isCertain = toMs - fromMs - frames[i].uncertaintyMs - frame.uncertaintyMs > leastMs;
    const isHole = isCertain || frame.epoch > frames[i].epoch;
    const isTold = gaps.some(
      (gap) => gap.fromMs <= Math.max(fromMs, toMs) + TOLERANCE_MS && gap.toMs >= fromMs - TOLERANCE_MS,
    );
    return isHole && !isTold
      ? [`has no gap between frames ${frames[i].seq} and ${frame.seq}, ${Math.round(toMs - fromMs)} ms apart`]
      : [];
  });
}

/** 0 for a single frame. */
function usualIntervalMs(frames: readonly FrameOutcome[]): number {
  const intervals = frames.slice(1).map((frame, i) => capturedAtMs(frame) - capturedAtMs(frames[i]));
  return intervals.length === 0 ? 0 : upperMedian(intervals);
}

function capturedAtMs(outcome: FrameOutcome): number {
  return outcome.type === 'percept' ? outcome.times.capturedAtMs : outcome.capturedAtMs;
}

function isOutcomeOf(event: PipelineEvent, stream: string): event is FrameOutcome {
  return (event.type === 'percept' || event.type === 'drop') && event.streamId === stream;
}
