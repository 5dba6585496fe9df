import { lastOutputs } from '../pairing.js';
import type { StreamedSequence } from '../streamed-run.js';
import { element, escaped, label, line, polyline, rect, tooltip, type Markup } from './markup.js';
import { scale, ticks } from './scale.js';
import { counted } from '../../src/core/counted.js';

/** As much as fits a page that a person scrolls through. */
const MAX_FRAMES = 450;
const PX_PER_FRAME = 26;
const FRAMES_Y = 34;
const RUNS_Y = 66;
const LANE_HEIGHT = 20;
const AGE_HEIGHT = 84;
/** Of a time at the right end. */
const LAST_LABEL_WIDTH = 48;

/**
 * A sequence as played: its frames at their capture, the runs with their detections, the outputs, and how many frames
 * behind each frame's output was.
 */
export function timeline({ outputs, frameTimesS, runs, drops }: StreamedSequence, eta: number): Markup {
  const capturedS = frameTimesS(0);
  const shown = Math.min(capturedS.length, MAX_FRAMES);
  if (shown === 0) return element('p', { class: 'empty' }, 'no frames');
  const intervalS = shown > 1 ? (capturedS[shown - 1] - capturedS[0]) / (shown - 1) : 1;
  const x = scale([capturedS[0], capturedS[0] + intervalS], [24, 24 + PX_PER_FRAME]);
  const endS = capturedS[shown - 1] + intervalS;
  const width = x(endS) + LAST_LABEL_WIDTH;

  const visible = runs.filter(({ startS }) => startS < endS);
  const lanes = lanesOf(visible);
  const agesY = RUNS_Y + Math.max(1, lanes.count) * LANE_HEIGHT + 40;
  const reasonOf = new Map(drops.map(({ frame, reason }) => [frame, reason]));
  const frames = Array.from({ length: shown }, (_, frame) => {
    const reason = reasonOf.get(frame);
    return element(
      'circle',
      {
        cx: x(capturedS[frame]),
        cy: FRAMES_Y,
        r: 4,
        class: reason === undefined ? 'frame run' : `frame dropped ${reason}`,
      },
      tooltip(
        `frame ${frame}, ${millis(capturedS[frame] - capturedS[0])}: ${reason === undefined ? 'detected on' : `dropped, ${reason}`}`,
      ),
    );
  });
  const bars = visible.map(({ frame, startS, endS: doneS }, i) => {
    const y = RUNS_Y + lanes.of[i] * LANE_HEIGHT;
    const width = x(doneS) - x(startS);
    return element(
      'g',
      {},
      tooltip(
        `frame ${frame}: waited ${millis(startS - capturedS[frame])}, ran ${millis(doneS - startS)}, out ${millis(doneS - capturedS[frame])} after its capture`,
      ),
      line(x(capturedS[frame]), FRAMES_Y + 5, x(startS), y, 'wait'),
      rect(x(startS), y, Math.max(width, 2), LANE_HEIGHT - 5, 'bar'),
      width > 26 ? label(x(startS) + 5, y + 11.5, String(frame), 'inside') : '',
      element('path', { d: `M${x(doneS).toFixed(1)} ${y - 1}l5 8.5l-5 8.5l-5 -8.5z`, class: 'output' }),
    );
  });
  const seconds = ticks(endS - capturedS[0], Math.max(1, Math.round((endS - capturedS[0]) * 4)))
    .filter((time) => capturedS[0] + time <= endS)
    .map(
      (time) =>
        line(x(capturedS[0] + time), 16, x(capturedS[0] + time), agesY + AGE_HEIGHT, 'grid') +
        label(x(capturedS[0] + time) + 3, 12, `${time.toFixed(2)} s`, 'tick'),
    );
  return (
    element(
      'div',
      { class: 'timeline' },
      element(
        'div',
        { class: 'lanes', style: `height:${agesY + AGE_HEIGHT + 8}px` },
        ...(
          [
            ['frames', FRAMES_Y - 9],
            ['runs', RUNS_Y - 2],
            ['age', agesY + AGE_HEIGHT / 2 - 9],
          ] as const
        ).map(([name, top]) => element('span', { style: `top:${top}px` }, name)),
      ),
      element(
        'div',
        { class: 'scroll', tabindex: '0' },
        element(
          'svg',
          { width, height: agesY + AGE_HEIGHT + 8, role: 'img', 'aria-label': 'Timeline of a sequence' },
          ...seconds,
          ...ageOfOutputs(
            lastOutputs(outputs.timesS, frameTimesS(eta)),
            outputs.inputFrames,
            shown,
            (frame) => x(capturedS[frame]),
            agesY,
          ),
          ...bars,
          ...frames,
        ),
      ),
    ) +
    (shown < capturedS.length
      ? element('p', { class: 'note' }, escaped(`The first ${shown} of ${capturedS.length} frames.`))
      : '')
  );
}

/** Steps for the number of frames that each frame's output was behind; a gap if there was none yet. */
function ageOfOutputs(
  last: Int32Array,
  inputFrames: Int32Array,
  shown: number,
  x: (frame: number) => number,
  top: number,
): Markup[] {
  const ages = Array.from(last.subarray(0, shown), (output, frame) =>
    output < 0 ? undefined : frame - inputFrames[output],
  );
  const marks = ticks(Math.max(1, ...ages.map((age) => age ?? 0)), 3);
  const y = scale([0, marks[marks.length - 1]], [top + AGE_HEIGHT, top]);
  const steps: [number, number][] = ages.flatMap((age, frame) =>
    age === undefined
      ? []
      : [
          [x(frame), y(age)],
          [x(frame) + PX_PER_FRAME, y(age)],
        ],
  );
  const missed = ages.findIndex((age) => age !== undefined);
  const missedFrames = missed < 0 ? shown : missed;
  return [
    ...marks.map(
      (value) =>
        line(20, y(value), x(shown - 1) + PX_PER_FRAME, y(value), 'grid') +
        label(16, y(value) + 4, String(value), 'tick', 'end'),
    ),
    missedFrames > 0
      ? rect(
          x(0),
          top,
          missedFrames * PX_PER_FRAME,
          AGE_HEIGHT,
          'missed',
          tooltip(`${counted(missedFrames, 'frame')} before the first output: missed`),
        )
      : '',
    polyline(steps, 'curve first'),
  ];
}

/** Overlapping runs lie below each other. */
function lanesOf(runs: readonly { readonly startS: number; readonly endS: number }[]): {
  readonly of: readonly number[];
  readonly count: number;
} {
  const freeAtS: number[] = [];
  const of = new Array<number>(runs.length).fill(0);
  for (const i of runs.map((_, i) => i).sort((a, b) => runs[a].startS - runs[b].startS)) {
    const free = freeAtS.findIndex((time) => time <= runs[i].startS);
    of[i] = free < 0 ? freeAtS.length : free;
    freeAtS[of[i]] = runs[i].endS;
  }
  return { of, count: freeAtS.length };
}

function millis(seconds: number): string {
  return `${(seconds * 1000).toFixed(1)} ms`;
}
