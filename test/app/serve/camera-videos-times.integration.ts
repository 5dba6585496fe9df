import assert from 'node:assert/strict';
import { join } from 'node:path';
import { filter, lastValueFrom, takeWhile, tap } from 'rxjs';
import { CameraVideos } from '../../../src/app/serve/camera-videos.js';
import { dropOf } from '../../../src/core/events.js';
import type { Frame } from '../../../src/core/frame.js';
import { locateFfmpeg, type Ffmpeg } from '../../../src/streaming/ffmpeg/binary.js';
import { KeptUnits, type KeptUnit } from '../../../src/streaming/originals/kept-units.js';
import { createOriginals } from '../../../src/streaming/originals/originals.js';
import { unitPictures } from '../../../src/streaming/originals/unit-pictures.js';
import { cameraSource } from '../../../src/streaming/sources/camera/camera.js';
import { NEEDS_FFMPEG } from '../../helpers/clips.js';
import { monotonicClock } from '../../helpers/monotonic.js';
import { itNeeds } from '../../helpers/needs.js';
import { drawnAtMs, hasRtspServer, RtspServer } from '../../helpers/rtsp-server.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const NEEDS = { ...NEEDS_FFMPEG, 'an RTSP server of GStreamer': hasRtspServer() };
const INPUT = { width: 416, height: 416 };
const KEYS = 4;
/** Far below the time between the beginnings of the streams, and above what a busy machine adds. */
const MOST_APART_MS = 300;

describe('the pictures of a stream for recordings', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const servers: RtspServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.kill())));
  const serverOf = async (width: number, height: number): Promise<RtspServer> => {
    const server = await RtspServer.start({ width, height, fps: 10 });
    servers.push(server);
    return server;
  };

  itNeeds(NEEDS, 'have the times of the stream that is detected on, which began later', async () => {
    const main = await serverOf(640, 480);
    const ffmpeg = await locateFfmpeg(process.env, join(folder(), 'cache'));
    const originals = createOriginals();
    const log = { info: () => undefined, warn: () => undefined } as never;
    const clock = { ...monotonicClock, toUnixMs: (ms: number) => ms };
    const videos = new CameraVideos(originals, { clock, log, redact: (value) => value });
    const end = videos.begin({
      id: 'front',
      kind: 'camera',
      address: 'rtsp://nowhere',
      record: main.url,
      settings: {},
    });
    const units: KeptUnit[] = [];
    const leave = videos.follow('front', {
      onUnit: (unit) => units.push(unit as KeptUnit),
      onNone: (why) => assert.fail(why),
    });
    const sub = await serverOf(320, 240);
    const detected: number[] = [];
    await lastValueFrom(
      cameraSource(sub.url, { streamId: 'front', input: INPUT, clock, ffmpeg }).pipe(
        filter((event): event is Frame => event.type === 'frame'),
        tap((frame) => {
          videos.seen(dropOf(frame, 'superseded', clock.now()));
          detected.push(drawnAtMs(frame, INPUT.width) - frame.ptsMs);
          frame.release();
        }),
        takeWhile(() => units.filter(({ isKey }) => isKey).length < KEYS),
      ),
    );
    leave();
    const recorded = await drawnIn(units, ffmpeg);
    assert.equal(recorded.length, KEYS);
    for (const ms of recorded)
      assert.ok(Math.abs(ms - detected.at(-1)!) < MOST_APART_MS, `${recorded.join()}, ${detected.at(-1)}`);
    await end();
    await videos.close();
    await originals.close();
  });
});

/** The moment at which the server drew each key picture, less its time. */
async function drawnIn(units: readonly KeptUnit[], ffmpeg: Ffmpeg): Promise<number[]> {
  const kept = new KeptUnits({ keepMs: Infinity, maxBytes: Infinity });
  for (const unit of units) kept.add(unit);
  const finder = unitPictures({ kept, ffmpeg });
  const keys = units.filter(({ isKey }) => isKey);
  return Promise.all(
    keys.map(async ({ ptsUs }) => {
      const found = finder.find({ streamId: 'front', seq: 0, ptsMs: ptsUs / 1000 });
      assert.ok('decode' in found);
      const picture = await found.decode(new AbortController().signal);
      assert.ok('pixels' in picture);
      const cell = Math.floor(picture.width / 24);
      const isWhite = (bit: number): boolean => {
        const x = Math.floor(((bit % 24) + 0.5) * cell);
        const y = Math.floor((Math.floor(bit / 24) + 0.5) * cell);
        return picture.pixels[3 * (y * picture.width + x)] > 126;
      };
      const drawnUs = Array.from({ length: 48 }, (_, bit) => bit).reduce((us, bit) => 2 * us + Number(isWhite(bit)), 0);
      return (drawnUs - ptsUs) / 1000;
    }),
  );
}
