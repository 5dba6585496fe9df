import assert from 'node:assert/strict';
import { chaos } from '../../../fuzz/chaos/chaos.js';
import { NEEDS_FFMPEG } from '../../helpers/clips.js';
import { itNeeds } from '../../helpers/needs.js';
import { HAS_PROC } from '../../helpers/processes.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const NEEDS = { ...NEEDS_FFMPEG, '/proc': HAS_PROC };
const CHAOS_MS = 60_000;

describe('nowcast run in a minute of chaos', function () {
  this.timeout(240_000);
  const folder = temporaryFolder();

  itNeeds(
    NEEDS,
    'gives each frame one outcome and each hole a gap, and grows in neither files nor memory',
    async () => {
      const report = await chaos({ folder: folder(), forMs: CHAOS_MS, seed: 12 });
      assert.deepEqual(report.problems, [], JSON.stringify(report.caused));
      for (const fault of ['detector: kill', 'detector: stop', 'camera decoder: kill', 'viewer: cut'])
        assert.ok(report.caused[fault] > 0, `no ${fault}`);
    },
  );
});
