import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunLog, type ValidationReport } from '../../training/run-log.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { reportsOf } from './curves/run.js';

const validation = (step: number): ValidationReport => ({
  type: 'validation',
  step,
  ap: step / 100,
  ap50: 0.5,
  apPerClass: [null],
});

describe('RunLog', () => {
  const folder = temporaryFolder();
  const steps = reportsOf(6);

  it('writes an entry a line, and a resumed run has the whole history', () => {
    const log = new RunLog(folder(), 0);
    for (const step of steps.slice(0, 2)) log.add(step);
    log.add(validation(2));
    assert.deepEqual(
      readFileSync(join(folder(), 'log.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
      [...steps.slice(0, 2), validation(2)],
    );
    const resumed = new RunLog(folder(), 2);
    resumed.add(steps[2]);
    assert.deepEqual([resumed.steps, resumed.validations], [steps.slice(0, 3), [validation(2)]]);
    assert.deepEqual([resumed.hasValidation(2), resumed.hasValidation(3)], [true, false]);
  });

  it('has each step once, with its last entry, if a run resumed from an earlier checkpoint', () => {
    const log = new RunLog(folder(), 0);
    for (const entry of [...steps.slice(0, 4), validation(4)]) log.add(entry);
    const resumed = new RunLog(folder(), 2);
    assert.deepEqual([resumed.steps, resumed.validations], [steps.slice(0, 2), []]);
    const again = steps.slice(2).map((step) => ({ ...step, loss: 1 }));
    for (const step of again) resumed.add(step);
    assert.deepEqual(resumed.steps, [...steps.slice(0, 2), ...again]);
    assert.deepEqual(new RunLog(folder(), 6).steps, resumed.steps);
  });

  it('skips torn lines', () => {
    const log = new RunLog(folder(), 0);
    log.add(steps[0]);
    appendFileSync(join(folder(), 'log.jsonl'), '{"type":"step","st\n');
    log.add(steps[1]);
    appendFileSync(join(folder(), 'log.jsonl'), '{"type":"st');
    new RunLog(folder(), 2).add(steps[2]);
    assert.deepEqual(new RunLog(folder(), 6).steps, steps.slice(0, 3));
  });

  it('is replaced by a new run', () => {
    new RunLog(folder(), 0).add(steps[0]);
    assert.deepEqual([new RunLog(folder(), 0).steps, readFileSync(join(folder(), 'log.jsonl'), 'utf8')], [[], '']);
  });

  it('names the file that cannot be written', () => {
    assert.throws(() => new RunLog('/dev/null/run', 0), {
      code: 'NOWCAST_OUTPUT',
      message: /cannot write .*log\.jsonl/,
    });
  });

  it('names the file that cannot be read, and the remedy', () => {
    mkdirSync(join(folder(), 'log.jsonl'));
    assert.throws(() => new RunLog(folder(), 2), {
      name: 'UsageError',
      message: /cannot read .*log\.jsonl: EISDIR.*move it away/,
    });
  });
});
