import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runMocha, type Outcome } from '../../scripts/mocha-process.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('a mocha process', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  async function run(
    program: string,
    endWithinMs?: number,
  ): Promise<{
    readonly outcome: Omit<Outcome, 'failures'>;
    readonly failures: string;
    readonly printed: readonly string[];
  }> {
    const file = join(folder(), 'some.test.mjs');
    writeFileSync(file, program);
    const printed: string[] = [];
    const { failures, ...outcome } = await runMocha(
      { name: 'some', files: [file] },
      ['--no-color'],
      (text) => printed.push(text),
      endWithinMs,
    );
    return { outcome, failures, printed };
  }

  it('counts passing, failing and pending tests, prints each suite when complete, and its summary last', async () => {
    const { outcome, printed } = await run(`
      describe('good', () => { it('one', () => {}); it('two', () => {}); it('later'); });
      describe('bad', () => { it('three', () => { throw new Error('no\\n\\nnot at all'); }); });`);
    assert.deepEqual(outcome, { passed: 2, failed: 1, pending: 1 });
    assert.deepEqual(
      printed.map((text) => text.trim().split('\n')[0]),
      ['good', 'bad', 'some:'],
    );
    assert.match(printed[2], /2 passing[^]*1 pending[^]*1 failing[^]*not at all/);
  });

  it('reports again what failed, and only that', async () => {
    const { failures } = await run(`
      describe('good', () => { it('one', () => {}); });
      describe('bad', () => { it('three', () => { throw new Error('not at all'); }); });`);
    assert.match(failures, /^some:\n[^]*1\) bad\n *three:\n *Error: not at all/);
    assert.ok(!failures.includes('good'), failures);
    assert.equal((await run("it('one', () => {});")).failures, '');
  });

  it('counts a process that a signal ends as a failure', async () => {
    const { outcome, printed } = await run(
      "describe('bad', () => { it('one', () => {}); it('two', () => process.kill(process.pid, 'SIGKILL')); });",
    );
    assert.deepEqual(outcome, { passed: 0, failed: 1, pending: 0 });
    assert.match(printed.join(''), /✔ one[^]*ended with SIGKILL, before its summary/);
  });

  it('counts a process that exits early as a failure, even with code 0', async () => {
    const { outcome } = await run("describe('bad', () => { it('one', () => process.exit(0)); });");
    assert.deepEqual(outcome, { passed: 0, failed: 1, pending: 0 });
  });

  it('counts a file that does not load as a failure', async () => {
    const { outcome } = await run("import 'nothing-of-that-name';");
    assert.deepEqual(outcome, { passed: 0, failed: 1, pending: 0 });
  });

  it('ends a process that a leaked child keeps alive, and counts it as a failure', async () => {
    const { outcome, printed } = await run(
      `import { spawn } from 'node:child_process';
      describe('leaky', () => { it('one', () => void spawn('sleep', ['20'], { stdio: 'inherit' })); });`,
      200,
    );
    assert.deepEqual(outcome, { passed: 1, failed: 1, pending: 0 });
    assert.match(
      printed.join(''),
      /1 passing[^]*did not end within 0\.2 s of its last test: a test left something open/,
    );
  });
});
