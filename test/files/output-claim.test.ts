import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OutputError } from '../../src/core/errors.js';
import { claimOutput } from '../../src/files/output-claim.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** Claims a file in another process, says so, and waits until it is ended. */
const CLAIMING = `
  import { claimOutput } from ${JSON.stringify(new URL('../../src/files/output-claim.js', import.meta.url).href)};
  claimOutput(process.argv[1]);
  process.stdout.write('claimed');
  setInterval(() => {}, 1_000);
`;

describe('a claim of an output', () => {
  const folder = temporaryFolder();
  const path = (): string => join(folder(), 'out.json');

  async function claimElsewhere() {
    const other = spawn(process.execPath, ['--input-type=module', '-e', CLAIMING, path()]);
    await once(other.stdout, 'data');
    return other;
  }

  it('is for one output of a process, under any name, until its release', () => {
    writeFileSync(path(), '');
    symlinkSync(path(), join(folder(), 'link.json'));
    const claim = claimOutput(path());
    assert.throws(
      () => claimOutput(join(folder(), 'link.json')),
      (error) => error instanceof OutputError && /another output of this run writes it/.test(error.message),
    );
    claim.release();
    claim.release();
    claimOutput(join(folder(), 'link.json')).release();
    assert.deepEqual(readdirSync(folder()).sort(), ['link.json', 'out.json']);
  });

  it('is for one process, and ends with it, however it ends', async () => {
    const other = await claimElsewhere();
    assert.throws(
      () => claimOutput(path()),
      (error) => error instanceof OutputError && error.message.includes(`process ${other.pid} is writing it`),
    );
    other.kill('SIGKILL');
    await once(other, 'exit');
    assert.ok(existsSync(`${path()}.lock`));
    claimOutput(path()).release();
    assert.ok(!existsSync(`${path()}.lock`));
  });

  itNeeds(
    { 'the /proc of Linux': existsSync('/proc/self/stat') },
    'does not mistake a process for a dead one of its number',
    () => {
      writeFileSync(`${path()}.lock`, JSON.stringify({ pid: process.pid, started: 'another boot,1' }));
      claimOutput(path()).release();
    },
  );

  it('is for the file behind a link, also for one that does not exist yet', () => {
    symlinkSync('link.json', join(folder(), 'first.json'));
    symlinkSync('out.json', join(folder(), 'link.json'));
    const claim = claimOutput(join(folder(), 'first.json'));
    assert.equal(claim.path, realpathSync(folder()) + '/out.json');
    assert.throws(() => claimOutput(path()), /another output of this run writes it/);
    claim.release();
  });

  it('is refused for a path that cannot be a file, with the remedy', () => {
    writeFileSync(path(), '');
    symlinkSync('loop.json', join(folder(), 'loop.json'));
    for (const [place, message] of [
      [join(path(), 'x.json'), 'a part of its path is a file, not a folder'],
      [join(folder(), 'loop.json'), 'its links lead to each other; choose another name'],
      [join(folder(), 'x'.repeat(300)), 'its name is too long; choose a shorter one'],
    ])
      assert.throws(
        () => claimOutput(place),
        (error) => error instanceof OutputError && error.message === `cannot write ${place}: ${message}`,
      );
  });

  itNeeds({ 'a user whom permissions bind': process.getuid?.() !== 0 }, 'is refused for a read-only file', () => {
    writeFileSync(path(), 'old', { mode: 0o444 });
    assert.throws(() => claimOutput(path()), /no permission; choose another place or change its owner/);
  });

  it('takes a torn lock for none', () => {
    writeFileSync(`${path()}.lock`, '{"pi');
    claimOutput(path()).release();
  });

  itNeeds({ '/dev/null': existsSync('/dev/null') }, 'may be shared for a device', () => {
    const [one, other] = [claimOutput('/dev/null'), claimOutput('/dev/null')];
    assert.ok(one.isStream && other.isStream);
    // /dev/stdout is a link whose target may be no path.
    symlinkSync('/dev/null', join(folder(), 'stdout'));
    assert.equal(claimOutput(join(folder(), 'stdout')).path, join(folder(), 'stdout'));
  });
});
