import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { KeptClip } from '../../../src/app/serve/object-log.js';
import { ServiceVideos } from '../../../src/app/serve/service-videos.js';
import { locateFfmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import type { FollowedUnit, UnitFollower } from '../../../src/streaming/originals/answer.js';
import { NEEDS_FFMPEG, presentationTimes } from '../../helpers/clips.js';
import { monotonicClock } from '../../helpers/monotonic.js';
import { itNeeds } from '../../helpers/needs.js';
import { temporaryFolder } from '../../helpers/temporary.js';
import { BEGIN_MS, INTERVAL_MS, unitsOf } from '../../streaming/clips/units-of-clip.js';
import { objectEventOf } from './object-events.js';

describe('the videos of a service', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  itNeeds(NEEDS_FFMPEG, 'end with their camera, and begin anew when its times do', async () => {
    const ffmpeg = await locateFfmpeg(process.env, join(folder(), 'cache'));
    const log = { info: () => undefined, warn: (message: string) => assert.fail(message) } as never;
    const clock = { ...monotonicClock, toUnixMs: (ms: number) => ms };
    const followers = new Set<UnitFollower>();
    let onClip: (clip: KeptClip) => void = () => undefined;
    const clips = { folder: join(folder(), 'clips'), cameras: undefined, preMs: 100, postMs: 60_000, maxMs: 120_000 };
    const videos = await ServiceVideos.open(
      {
        config: { clips: { ...clips, retention: { maxBytes: Infinity, maxAgeMs: Infinity } } },
        originals: {
          follow: (_, follower) => {
            followers.add(follower);
            return () => followers.delete(follower);
          },
          since: () => [],
        },
        ffmpeg: () => ffmpeg,
        onClip: (_, clip) => onClip(clip),
      },
      { clock, log },
    );
    /** An object of the first pictures, and the end of the camera while the clip goes on after it. */
    const clipOf = async (units: readonly FollowedUnit[]): Promise<KeptClip> => {
      const beginMs = units[0].ptsUs / 1000;
      const best = (ms: number) => ({ best: { ...objectEventOf('start', 1).best, ptsMs: ms, capturedAtMs: ms } });
      videos.seen(objectEventOf('start', 1, best(beginMs)));
      units.forEach((unit, i) => {
        for (const { onUnit } of followers) onUnit(unit);
        if (i === 5) videos.seen(objectEventOf('end', 5, best(beginMs + 5 * INTERVAL_MS)));
      });
      const clip = new Promise<KeptClip>((resolve) => {
        onClip = resolve;
      });
      videos.ended('gate');
      return clip;
    };
    const later = unitsOf('h264', {});
    const anew = later.map((unit) => ({ ...unit, ptsUs: unit.ptsUs - 1000 * BEGIN_MS }));
    for (const units of [later, anew]) assert.equal(presentationTimes((await clipOf(units)).path).length, units.length);
    await videos.close();
    assert.equal(followers.size, 0);
  });
});
