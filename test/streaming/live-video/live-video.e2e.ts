import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { LIVE_SUBPROTOCOL } from '../../../src/streaming/live-video/live-messages.js';
import { NEEDS_CHROMIUM, suiteBrowser } from '../../helpers/chromium.js';
import { NEEDS_FFMPEG } from '../../helpers/clips.js';
import { HttpCamera } from '../../helpers/http-camera.js';
import { itNeeds } from '../../helpers/needs.js';
import { PacedCamera, type PacedCameraOptions } from '../../helpers/paced-camera/index.js';
import { children, HAS_PROC, until } from '../../helpers/processes.js';
import { RECORD, WatchedService, type Shown } from './watched-service.js';

const SIZE = { width: 640, height: 360 };
const PICTURES = 60;

describe('live video of a camera in a browser', function () {
  this.timeout(180_000);
  const needs = { ...NEEDS_FFMPEG, ...NEEDS_CHROMIUM };
  const browser = suiteBrowser(['--autoplay-policy=no-user-gesture-required']);
  let camera: PacedCamera | HttpCamera;
  let service: WatchedService;
  afterEach(async () => {
    await service.stop();
    await camera.kill();
  });
  after(async () => {
    if (HAS_PROC) await until(() => children().length === 0);
  });

  const start = async (options: Partial<PacedCameraOptions>): Promise<PacedCamera> => {
    const paced = await PacedCamera.start({ ...SIZE, fps: 25, gop: 25, loopSeconds: 10, ...options });
    camera = paced;
    service = await new WatchedService().start(camera.url);
    return paced;
  };
  const open = async (): Promise<Page> => {
    const page = await browser().newPage({ viewport: { width: 1024, height: 768 } });
    await page.goto(service.address);
    return page;
  };

  const assertBoxesFit = async (): Promise<void> => {
    const page = await open();
    await page.locator('.screen[data-form=video][data-seq]').waitFor();
    const shown = await page.evaluate<readonly Shown[]>(`${RECORD}(${PICTURES})`);
    // A busy machine drops frames of the detector, whose pictures the page shows all the same.
    const known = shown.filter(({ ptsMs }) => service.numberAt.has(Math.round(ptsMs * 1000)));
    assert.ok(known.length > PICTURES / 2, `${known.length} of ${shown.length} pictures`);
    const wrong = known.filter(({ ptsMs, drawnFor, number, seq }) => {
      const there = service.numberAt.get(Math.round(ptsMs * 1000));
      return (
        Math.abs(ptsMs - drawnFor) > 0.01 ||
        number === null ||
        number !== there ||
        (seq !== '' && service.numberOf.get(Number(seq)) !== number)
      );
    });
    assert.deepEqual(wrong, []);
    assert.ok(
      shown.some(({ seq }) => seq !== ''),
      'the detector has seen none of these pictures',
    );
    await page.close();
  };

  for (const bFrames of [0, 2]) {
    itNeeds(needs, `lies under the boxes of its own frames, with ${bFrames} B-pictures`, async () => {
      await start({ codec: 'h264', bFrames });
      await assertBoxesFit();
    });
  }

  for (const options of [
    { format: 'mpegts', codec: 'h264', bFrames: 2 },
    { format: 'flv', codec: 'h264', bFrames: 0 },
  ] as const) {
    const { format, bFrames } = options;
    itNeeds(needs, `lies under them, too, if ffmpeg reads the camera: ${format}, ${bFrames} B-pictures`, async () => {
      const http = await HttpCamera.start({ ...SIZE, ...options });
      camera = http;
      service = await new WatchedService().start(http.url);
      await assertBoxesFit();
      // The first one looked for pictures.
      assert.equal(http.connections, 2);
    });
  }

  itNeeds(needs, 'becomes pictures of the detector, and says why, where the browser does not play it', async () => {
    await start({ codec: 'h265' });
    const page = await open();
    await page.locator('.screen[data-form=pictures]').waitFor();
    assert.match((await page.locator('.screen').getAttribute('data-why'))!, /H\.265/);
    await page.locator('.screen[data-seq]:not([data-seq=""])').waitFor();
    await page.close();
  });

  itNeeds(
    needs,
    'opens the camera once, however many watch, and delays no one for a viewer that does not read',
    async () => {
      const paced = await start({ codec: 'h264' });
      const deaf = new WebSocket(`${service.feed.url}live?camera=cam&as=video`, LIVE_SUBPROTOCOL);
      deaf.on('open', () => deaf.pause());
      const pages = [await open(), await open()];
      for (const page of pages) {
        await page.locator('.screen[data-form=video][data-seq]').waitFor();
        const shown = await page.evaluate<readonly Shown[]>(`${RECORD}(${PICTURES})`);
        const steps = shown.slice(1).map(({ ptsMs }, i) => ptsMs - shown[i].ptsMs);
        assert.ok(steps.every((step) => step > 0));
      }
      assert.equal((await paced.facts()).openClients, 1);
      deaf.terminate();
      for (const page of pages) await page.close();
    },
  );

  itNeeds(needs, 'is the small one while the large one is away, and the large one once that is back', async () => {
    await start({ codec: 'h264' });
    service.record = { source: 'rtsp://large', state: 'reconnecting' };
    const page = await browser().newPage({ viewport: { width: 1024, height: 768 } });
    await page.goto(`${service.address}#/camera/cam`);
    await page.locator('#stage .screen[data-form=video][data-why="the large stream is away"]').waitFor();
    await until(() => service.recordFollowers.size === 1);
    service.recordReturns();
    await page.locator('#stage .screen[data-form=full]').waitFor();
    const shown = await page.evaluate<readonly Shown[]>(`${RECORD}(5)`);
    assert.ok(shown.length > 0);
    await page.close();
    await until(() => service.recordFollowers.size === 0);
  });

  itNeeds(needs, 'stops while the page is hidden, and goes on when it is seen again', async () => {
    await start({ codec: 'h264' });
    assert.equal(service.followers, 0);
    const page = await open();
    await page.locator('.screen[data-form=video][data-seq]').waitFor();
    assert.equal(service.followers, 1);
    const hide = (isHidden: boolean): Promise<void> =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
         document.dispatchEvent(new Event('visibilitychange'));`,
      );
    await hide(true);
    await until(() => service.followers === 0 && service.feed.clientCount === 0);
    await hide(false);
    await until(() => service.followers === 1 && service.feed.clientCount === 1);
    await page.close();
    await until(() => service.followers === 0);
  });

  itNeeds(needs, 'goes on by itself when the service is back, which the page says it misses', async () => {
    await start({ codec: 'h264' });
    const page = await open();
    await page.locator('.screen[data-form=video][data-seq]').waitFor();
    const { port } = service.feed;
    await service.feed.close();
    await page.locator('#notice:visible').waitFor();
    await service.openFeed(port);
    await page.locator('#notice').waitFor({ state: 'hidden' });
    const shown = await page.evaluate<readonly Shown[]>(`${RECORD}(5)`);
    assert.ok(shown.length > 0);
    await page.close();
  });
});
