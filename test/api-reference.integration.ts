import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

describe('the API reference', function () {
  this.timeout(300_000);

  it('is generated without a warning: every type that an entry names is exported, every link leads somewhere', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['node_modules/typedoc/bin/typedoc', '--emit', 'none'],
      { encoding: 'utf8' },
    );
    assert.equal(status, 0, stdout + stderr);
  });
});
