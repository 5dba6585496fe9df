import assert from 'node:assert/strict';
import { DataError } from '../../src/core/errors.js';
import { mapClasses } from '../../evaluation/class-mapping.js';
import { parseGroundTruth } from '../../evaluation/ground-truth.js';
import { recordedRun } from '../../evaluation/recorded-run.js';
import { FPS, jittery, play, record } from './play.js';
import { drawScene, readScene } from './scene.js';

const drawn = drawScene(7);
const scene = readScene(drawn);
const { truth } = scene;
const played = play(scene, jittery(0.05, 1));
const text = record(scene, played);
const lines = text.split('\n');

describe('recording as a streamed run', () => {
  it('holds the runs, drops and capture times of every sequence', () => {
    const { run, outputCount } = recordedRun(text, truth);
    assert.ok(Math.abs(run.fps - FPS) < 1e-3);
    assert.equal(
      outputCount,
      played.simulated.reduce((count, { runs }) => count + runs.length, 0),
    );
    run.sequences.forEach(({ runs, drops, outputs, frameTimesS }, s) => {
      assert.deepEqual(
        runs.map(({ frame }) => frame),
        played.simulated[s].runs.map(({ frame }) => frame),
      );
      assert.deepEqual(
        drops.map(({ frame }) => frame).sort((a, b) => a - b),
        played.simulated[s].drops.map(({ frame }) => frame),
      );
      const startS = frameTimesS(0)[0];
      runs.forEach(({ delayS }, i) => assert.ok(Math.abs(delayS - played.simulated[s].runs[i].runtimeS) < 2e-6));
      outputs.timesS.forEach((timeS, i) =>
        assert.ok(Math.abs(timeS - startS - played.simulated[s].runs[i].endS) < 1e-6),
      );
    });
  });

  it('is read up to a torn last line, with a warning', () => {
    const { outputCount, warnings } = recordedRun(text.slice(0, -20), truth);
    assert.equal(outputCount, recordedRun(`${lines.slice(0, -2).join('\n')}\n`, truth).outputCount);
    assert.match(warnings.join(), /torn last line skipped/);
  });

  it('places missing frames by the frame rate', () => {
    const untold = lines.filter((line) => !/"stream":"drive-0","seq":(5|6|29),/.test(line)).join('\n');
    const { run, warnings } = recordedRun(untold, truth, FPS);
    const timesS = run.sequences[0].frameTimesS(0);
    for (const frame of [5, 6, 29]) assert.ok(Math.abs(timesS[frame] - timesS[0] - frame / FPS) < 2e-6);
    assert.deepEqual(warnings, ['frame that the recording does not tell of (3 of "drive-0")']);
  });

  it('of one stream matches the only annotated sequence, whatever its name', () => {
    const one = readScene(drawScene(7, { sequences: 1 }));
    const renamed = record(
      one,
      play(one, () => 0.05),
    ).replaceAll('drive-0', 'person.mp4');
    assert.equal(recordedRun(renamed, one.truth).run.sequences.length, 1);
  });

  it('may be longer than the annotations', () => {
    const long = readScene(drawScene(7, { sequences: 1, frames: 40 }));
    const short = readScene(drawScene(7, { sequences: 1, frames: 30 }));
    const { warnings } = recordedRun(
      record(
        long,
        play(long, () => 0.01),
      ),
      short.truth,
    );
    assert.deepEqual(warnings, [
      'frame skipped beyond the end of its annotated sequence (10 times, first "drive-0", frame 30)',
    ]);
  });

  const header = (change: object): string =>
    [JSON.stringify({ ...(JSON.parse(lines[0]) as object), ...change }), ...lines.slice(1)].join('\n');
  const faults: [string, string, RegExp][] = [
    ['an empty file', '', /the recording is empty/],
    ['another kind of file', '{"type":"header","schema":"other"}\n', /not a Nowcast recording/],
    ['a line that is not JSON', text.replace(lines[3], '{"type":'), /recording line 4 is not JSON/],
    [
      'streams that are not annotated',
      text.replaceAll('drive-1', 'elsewhere'),
      /the recorded stream "elsewhere" is not a sequence of the annotations; check that the recording belongs to this data set/,
    ],
    [
      'sequences that were not recorded',
      header({ streams: ['drive-0'] }),
      /sequence "drive-1" of the annotations was not recorded/,
    ],
    [
      'an event of a stream that the header does not name',
      text.replace('"stream":"drive-0"', '"stream":"drive-7"'),
      /stream "drive-7" is not in the header's "streams"/,
    ],
    [
      'pictures of another size',
      text.replace('"width":1920', '"width":640'),
      /has 640x1200 pixels, but 1920x1200 in the annotations/,
    ],
    [
      'classes that are not annotated',
      header({ classes: ['cat', 'dog', 'cow'] }),
      /none of the model's classes \(cat, dog, cow\) is in the annotations \(person, car, bus\)/,
    ],
    ['a frame that occurs twice', `${text}${lines[1]}\n`, /holds frame \d+ of "drive-0" twice/],
    [
      'a stream without frames',
      lines.filter((line) => !line.includes('"stream":"drive-1"')).join('\n'),
      /holds no frame of sequence "drive-1"/,
    ],
  ];
  for (const [what, recording, message] of faults) {
    it(`refuses ${what}`, () =>
      assert.throws(
        () => recordedRun(recording, truth),
        (error) => error instanceof DataError && message.test(error.message),
      ));
  }
});

describe('classes of a model', () => {
  it('match by name, ignoring case, spaces and underscores', () => {
    const named = parseGroundTruth({
      ...drawn.annotations,
      categories: [
        { id: 4, name: 'traffic_light' },
        { id: 2, name: 'car' },
      ],
      annotations: [],
    });
    assert.deepEqual([...mapClasses(['Car', 'boat', 'traffic light'], named)], [0, -1, 1]);
  });

  it('follow coco_mapping if it has an entry for each', () => {
    const mapped = parseGroundTruth({ ...drawn.annotations, coco_mapping: [2, 80, 0] });
    assert.deepEqual([...mapClasses(['a', 'b', 'c'], mapped)], [2, -1, 0]);
  });
});
