import assert from 'node:assert/strict';
import { DataError } from '../../src/core/errors.js';
import { prepareDetections, scoreRun } from '../../evaluation/score.js';
import { timestampedRun } from '../../evaluation/streamed-run.js';
import { parseTimestampedOutputs } from '../../evaluation/timestamped-outputs.js';
import { FPS, jittery, play } from './play.js';
import { drawScene, readScene } from './scene.js';

const drawn = drawScene(7);
const scene = readScene(drawn);
const { truth, detections } = scene;
const played = play(scene, jittery(0.05, 1));

type Outputs = { timestamps: unknown; inputFrames: unknown; detections?: unknown };
const file: { sequences: Record<string, Outputs> } = {
  sequences: Object.fromEntries(
    truth.sequences.map(({ name }, s) => [
      name,
      {
        timestamps: played.simulated[s].runs.map(({ endS }) => endS),
        inputFrames: played.simulated[s].runs.map(({ frame }) => frame),
      },
    ]),
  ),
};

describe('timestamped outputs', () => {
  it('score like the original run, with the detections of their input frames', () => {
    const { sequences, detections: own, warnings } = parseTimestampedOutputs(file, truth, FPS);
    assert.equal(own, undefined);
    assert.deepEqual(warnings, []);
    const run = timestampedRun(truth, sequences, FPS, false);
    assert.deepEqual(
      scoreRun(truth, run, detections, 0, undefined, undefined).final.stats,
      scoreRun(truth, played.run, detections, 0, undefined, undefined).final.stats,
    );
    assert.equal(
      run.sequences.reduce((count, { runs, drops }) => count + runs.length + drops.length, 0),
      truth.images.length,
    );
  });

  it('score the same with detections of their own', () => {
    const withDetections = {
      sequences: Object.fromEntries(
        truth.sequences.map(({ name, images }, s) => [
          name,
          {
            ...file.sequences[name],
            detections: played.simulated[s].runs.map(({ frame }) =>
              drawn.results.filter(({ image_id }) => image_id === truth.images[images[frame]].id),
            ),
          },
        ]),
      ),
    };
    const { sequences, detections: own } = parseTimestampedOutputs(withDetections, truth, FPS);
    const outputs = sequences.reduce((count, { timestampsS }) => count + timestampsS.length, 0);
    const run = timestampedRun(truth, sequences, FPS, true);
    assert.deepEqual(
      scoreRun(truth, run, prepareDetections(truth, own!, outputs), 0, undefined, undefined).final.stats,
      scoreRun(truth, played.run, detections, 0, undefined, undefined).final.stats,
    );
  });

  it('that come too late or too early are counted', () => {
    const { warnings } = parseTimestampedOutputs(
      only({ timestamps: [0.05, 0.99, 5, 6], inputFrames: [20, 21, 22, 23] }),
      truth,
      FPS,
    );
    assert.deepEqual(warnings, [
      'output came out before the frame that it was computed from ("drive-0", output 0)',
      'output came out after the end of its sequence and is never used (2 times, first "drive-0", output 2)',
    ]);
  });

  const faults: [string, unknown, RegExp][] = [
    ['something else', [], /^outputs: expected \{"sequences"/],
    [
      'a sequence that is not annotated',
      { sequences: { ...file.sequences, other: file.sequences['drive-0'] } },
      /sequence "other" is not in the annotations; check that the outputs belong to this data set/,
    ],
    [
      'a missing sequence',
      { sequences: { 'drive-0': file.sequences['drive-0'] } },
      /sequence "drive-1" is missing; if it has no outputs, give it empty arrays/,
    ],
    [
      'no timestamps',
      only({ timestamps: undefined, inputFrames: [] }),
      /"drive-0": "timestamps" must be an array of numbers, got nothing/,
    ],
    [
      'a timestamp that is not a number',
      only({ timestamps: [0.1, NaN], inputFrames: [0, 1] }),
      /timestamps\[1\] must be a number, got NaN/,
    ],
    [
      'unsorted timestamps',
      only({ timestamps: [0.2, 0.1], inputFrames: [0, 1] }),
      /timestamps must not go back, but output 1 is at 0.1 s, after 0.2 s/,
    ],
    [
      'lists of different lengths',
      only({ timestamps: [0.2, 0.3], inputFrames: [0] }),
      /2 timestamps but 1 inputFrames/,
    ],
    [
      'a frame beyond the sequence',
      only({ timestamps: [0.2], inputFrames: [30] }),
      /output 0 was computed from frame 30, but the sequence has frames 0 to 29/,
    ],
    [
      'detections for some sequences alone',
      only({ timestamps: [0.2], inputFrames: [0], detections: [[]] }),
      /only some sequences have "detections"/,
    ],
    [
      'detections that are not one list an output',
      {
        sequences: {
          'drive-0': { timestamps: [0.2], inputFrames: [0], detections: [] },
          'drive-1': { timestamps: [], inputFrames: [], detections: [] },
        },
      },
      /"detections" must be 1 arrays, one for each timestamp/,
    ],
    [
      'a detection with a negative width',
      {
        sequences: {
          'drive-0': {
            timestamps: [0.2],
            inputFrames: [0],
            detections: [[{ category_id: 0, score: 1, bbox: [0, 0, -1, 1] }]],
          },
          'drive-1': { timestamps: [], inputFrames: [], detections: [] },
        },
      },
      /detections of output 0 of "drive-0"\[0\]: "bbox" must be/,
    ],
  ];
  for (const [what, outputs, message] of faults) {
    it(`refuse ${what}`, () =>
      assert.throws(
        () => parseTimestampedOutputs(outputs, truth, FPS),
        (error) => error instanceof DataError && message.test(error.message),
      ));
  }
});

/** The file with other outputs for the first sequence. */
function only(outputs: Outputs): unknown {
  return { sequences: { ...file.sequences, 'drive-0': outputs } };
}
