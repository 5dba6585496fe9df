import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nowcast, type CommandResult } from '../helpers/command.js';
import { readJson } from '../helpers/shared.js';
import { temporaryFolder } from '../helpers/temporary.js';

const SET = resolve('test/fixtures/field/eval-offline');
/** Of the bundled model on the CPU. */
const AP = 0.5071;
const ALL_NAMES = 'pedestrian=person,motorbike=motorcycle,trafficlight=traffic light';

type Scored = {
  readonly stats: { readonly AP: number | null };
  readonly passedOver?: readonly { readonly file: string; readonly reason: string }[];
};
type Annotations = { readonly images: { file_name: string }[] };

describe('nowcast eval offline on a data set as the field has them', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder(), name);
  const run = (annotations: string, ...args: string[]): Promise<CommandResult> =>
    nowcast(
      [
        'eval',
        'offline',
        '--annotations',
        annotations,
        '--data-root',
        join(SET, 'pics'),
        '--provider',
        'cpu',
        '--json',
      ].concat(args),
      { cwd: folder() },
    );
  const inSet = (name: string): string => join(SET, `${name}.json`);
  const scored = ({ code, stdout, stderr }: CommandResult): Scored => {
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Scored;
  };
  const near = (actual: number | null, expected: number): void =>
    assert.ok(Math.abs((actual ?? NaN) - expected) < 0.005, `AP is ${actual}, not ${expected}`);

  it('scores plain annotations', async () => near(scored(await run(inSet('plain'))).stats.AP, AP));

  it('names classes that the model calls otherwise, and scores them with --map or leaves them out', async () => {
    const unmapped = await run(inSet('other-class-names'));
    near(scored(unmapped).stats.AP, 0.3059);
    assert.match(
      unmapped.stderr,
      /no class of the model is called \\"pedestrian\\", \\"motorbike\\", \\"trafficlight\\"/,
    );
    assert.match(unmapped.stderr, /not scored: person, motorcycle, traffic light/);

    const mapped = await run(inSet('other-class-names'), '--map', ALL_NAMES);
    near(scored(mapped).stats.AP, AP);
    assert.doesNotMatch(mapped.stderr, /no class/);
    const chosen = await run(inSet('other-class-names'), '--classes', 'bicycle,CAR,5');
    assert.doesNotMatch(chosen.stderr, /no class/);
    assert.ok(scored(chosen).stats.AP! > 0.5);
  });

  it('refuses a name in --map or --classes that neither side has', async () => {
    const cases: [string[], RegExp][] = [
      [['--map', 'walker=person'], /--map: "walker" is no class of the annotations, which have person, bicycle/],
      [['--map', 'person=walker'], /"walker" is no class of the model/],
      [['--classes', 'walker'], /--classes: "walker" is no class of the annotations/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await run(inSet('plain'), ...args);
      assert.equal(code, 1);
      assert.match(stderr, message);
    }
    assert.equal((await run(inSet('plain'), '--map', 'person')).code, 2);
  });

  it('takes the class with objects of two with one name', async () => {
    const result = await run(inSet('duplicate-class-name'));
    near(scored(result).stats.AP, AP);
    assert.match(
      result.stderr,
      /\\"car\\" \(id 3\) and \\"Car\\" \(id 99\) stand for one class of the model; 3 is taken/,
    );
  });

  it('passes over a missing picture, names it, and scores the other', async () => {
    const result = await run(inSet('one-picture-missing'));
    near(scored(result).stats.AP, 0.477);
    assert.deepEqual(
      scored(result).passedOver?.map(({ file }) => file),
      ['gone.jpg'],
    );
    assert.match(result.stderr, /gone\.jpg cannot be read/);
    assert.match(result.stderr, /1 picture of 2 passed over/);

    const strict = await run(inSet('one-picture-missing'), '--strict');
    assert.equal(strict.code, 1);
    assert.match(strict.stderr, /gone\.jpg cannot be read/);
  });

  it('passes over a broken picture', async () => {
    cpSync(join(SET, 'pics'), at('pics'), { recursive: true });
    writeFileSync(at('pics/003.jpg'), readFileSync(join(SET, 'pics/003.jpg')).subarray(0, 3000));
    const result = await run(inSet('plain'), '--data-root', at('pics'));
    assert.deepEqual(
      scored(result).passedOver?.map(({ file }) => file),
      ['003.jpg'],
    );
  });

  it('finds pictures by whole paths and by names with backslashes', async () => {
    near(scored(await run(inSet('backslash'))).stats.AP, AP);
    const { images, ...rest } = readJson<Annotations>(inSet('plain'));
    const absolute = images.map((image) => ({ ...image, file_name: join(SET, 'pics', image.file_name) }));
    writeFileSync(at('absolute.json'), JSON.stringify({ ...rest, images: absolute }));
    near(scored(await run(at('absolute.json'))).stats.AP, AP);
  });

  it('keeps every digit of huge image ids', async () => {
    near(scored(await run(inSet('huge-ids'), '--coco', at('found.json'))).stats.AP, AP);
    const ids = new Set(readFileSync(at('found.json'), 'utf8').match(/(?<="image_id":)\d+/g));
    assert.deepEqual(ids, new Set(['1623456789123556789', '1623456789123756789']));
    const again = ['eval', 'coco', '--annotations', inSet('huge-ids'), '--detections', at('found.json'), '--json'];
    near(scored(await nowcast(again)).stats.AP, AP);
  });

  it('writes the detections where nothing is annotated', async () => {
    const result = await run(inSet('no-annotations-key'), '--coco', at('found.json'));
    assert.equal(scored(result).stats.AP, null);
    assert.match(result.stderr, /nothing is annotated, so there is no score/);
    const coco = ['eval', 'coco', '--annotations', inSet('plain'), '--detections', at('found.json'), '--json'];
    near(scored(await nowcast(coco)).stats.AP, AP);
  });
});
