import { equal, match } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KINDS } from '../../fuzz/kinds.js';
import { SERVER_INPUTS } from '../../fuzz/server-inputs.js';
import { temporaryFolder } from '../helpers/temporary.js';

const SEED = '1';

describe('npm run fuzz', function () {
  this.timeout(600_000);
  const folder = temporaryFolder();

  it('finds no fault in a minute', async () => {
    const keep = join(folder(), 'faults');
    const { code, stdout } = await fuzz('--minutes', '1', '--seed', SEED, '--keep', keep);
    equal(code, 0, stdout);
    for (const { name } of [...KINDS, ...SERVER_INPUTS]) match(stdout, new RegExp(`^\\| ${name} +\\| [1-9]`, 'm'));
  });
});

async function fuzz(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  const run = promisify(execFile)(process.execPath, ['dist/fuzz/main.js', ...args]);
  return run.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: unknown) => error as { readonly code: number; readonly stdout: string },
  );
}
