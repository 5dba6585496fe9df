import assert from 'node:assert/strict';
import { soak } from '../../../fuzz/soak/soak.js';
import { NEEDS_FFMPEG } from '../../helpers/clips.js';
import { itNeeds } from '../../helpers/needs.js';
import { HAS_PROC } from '../../helpers/processes.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const NEEDS = { ...NEEDS_FFMPEG, '/proc': HAS_PROC };
const SOAK_MS = 60_000;

describe('nowcast serve in a minute of chaos', function () {
  this.timeout(360_000);
  const folder = temporaryFolder();

  itNeeds(
    NEEDS,
    'gives each frame of six cameras one outcome, delivers the events to which the recording leads, and does not grow',
    async () => {
      const { problems, caused } = await soak({ folder: folder(), forMs: SOAK_MS, seed: 13 });
      assert.deepEqual(problems, [], JSON.stringify(caused));
      for (const fault of ['detector: kill', 'decoder: kill', 'server: kill', 'client: never reads', 'scrape'])
        assert.ok(caused[fault] > 0, `no ${fault}`);
      for (const kind of ['webhook: ', 'switch: ', 'reload: '])
        assert.ok(
          Object.keys(caused).some((fault) => fault.startsWith(kind)),
          `no ${kind}`,
        );
    },
  );
});
