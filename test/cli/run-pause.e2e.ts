import assert from 'node:assert/strict';
import { join } from 'node:path';
import { nowcast } from '../helpers/command.js';
import { NEEDS_FFMPEG } from '../helpers/clips.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { eventsOf, within } from './person-run.js';

describe('nowcast run on a file that pauses for an hour', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  itNeeds(NEEDS_FFMPEG, 'reports the pause as a gap when it begins, and records it', async () => {
    const { code, stderr } = await nowcast(
      ['run', 'test/fixtures/field/gap-of-an-hour/gap1h.mkv', '--provider', 'cpu', '--duration', '4s'].concat(
        '--record',
        join(folder(), 'r.jsonl'),
      ),
      { env: within(folder()).env },
    );
    assert.equal(code, 0, stderr);
    const gaps = (await eventsOf(join(folder(), 'r.jsonl'))).flatMap((event) => (event.type === 'gap' ? [event] : []));
    assert.equal(gaps.length, 1);
    assert.ok(Math.abs(gaps[0].toMs - gaps[0].fromMs - 3_600_000) < 2_000);
    assert.match(gaps[0].why, /the next picture comes at 3\d\d\d\.\d s/);
    assert.match(stderr, /the next picture comes at/);
  });
});
