import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nowcast } from '../helpers/command.js';
import { temporaryFolder } from '../helpers/temporary.js';

const FILES = 'test/fixtures/field/sap-toolkit';
const ANNOTATIONS = ['--annotations', `${FILES}/annotations.json`];

/** The score of a command, without the files that it names. */
async function score(...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await nowcast(['eval', ...args, ...ANNOTATIONS, '--json']);
  assert.equal(code, 0, stderr);
  return { ...(JSON.parse(stdout) as object), about: undefined };
}

describe('files of the sAP toolkit', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  it('results_raw.pkl and results_ccf.pkl have the score of the same detections as JSON', async () => {
    const expected = await score('coco', '--detections', `${FILES}/found.json`);
    assert.deepEqual(await score('coco', '--detections', `${FILES}/results_ccf.pkl`), expected);
    assert.deepEqual(await score('coco', '--detections', `${FILES}/results_raw.pkl`), expected);
  });

  it('a folder of sequences has the score of the same outputs as JSON', async () => {
    const detections = ['--detections', `${FILES}/found.json`];
    const expected = await score('stream', `${FILES}/outputs.json`, ...detections);
    assert.deepEqual(await score('stream', `${FILES}/run`, ...detections), expected);
  });

  it('an entry of the runtime zoo and time_info.pkl are runtimes', async () => {
    const simulate = (runtime: string): Promise<unknown> =>
      score('simulate', '--detections', `${FILES}/results_raw.pkl`, '--runtime', join(FILES, runtime));
    const expected = await simulate('runtimes.json');
    assert.deepEqual(await simulate('zoo.pkl'), expected);
    assert.deepEqual(await simulate('time_info.pkl'), expected);
  });

  it('are refused with the file and the reason, where they are others', async () => {
    const hostile = join(folder(), 'hostile.pkl');
    writeFileSync(hostile, "cposix\nsystem\n(S'touch ran'\ntR.");
    const cut = join(folder(), 'cut.pkl');
    writeFileSync(cut, readFileSync(`${FILES}/results_raw.pkl`).subarray(0, 400));
    const run = join(folder(), 'run');
    cpSync(`${FILES}/run`, run, { recursive: true });
    rmSync(join(run, 'drive-b.pkl'));
    const cases: [string[], number, RegExp][] = [
      [['coco', '--detections', hostile], 1, /hostile\.pkl: pickle: it names posix\.system, which is no plain data/],
      [['coco', '--detections', cut], 1, /cut\.pkl: pickle: it is cut off/],
      [['coco', '--detections', `${FILES}/zoo.pkl`], 1, /zoo\.pkl: detections: expected the sAP toolkit's results_ccf/],
      [['stream', run], 2, /has no drive-b\.pkl/],
      [['stream', `${FILES}/run/drive-a.pkl`], 1, /holds the outputs of one sequence, but the annotations have 2/],
      [
        ['simulate', '--detections', `${FILES}/found.json`, '--runtime', `${FILES}/results_ccf.pkl`],
        1,
        /results_ccf\.pkl: runtimes: expected an entry of the runtime zoo/,
      ],
    ];
    for (const [args, status, message] of cases) {
      const { code, stderr } = await nowcast(['eval', ...args, ...ANNOTATIONS]);
      assert.match(stderr, message);
      assert.equal(code, status, stderr);
    }
  });
});
