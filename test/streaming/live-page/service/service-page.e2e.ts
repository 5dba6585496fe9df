import assert from 'node:assert/strict';
import { graveFindings, HAS_AXE } from '../../../helpers/axe.js';
import { NEEDS_CHROMIUM } from '../../../helpers/chromium.js';
import { measureLayout } from '../../../helpers/clickable.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../../../helpers/clips.js';
import { itNeeds } from '../../../helpers/needs.js';
import { COLOR_SCHEMES, resize } from '../../../helpers/pages.js';
import { stagedPages } from '../staged-page.js';
import { clipCanPlay, SERVICE_STATES, STAGED_TOKEN, StagedService, type ServiceState } from './staged-service.js';

const WINDOWS = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
] as const;
const USUAL = WINDOWS[0];
const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-movflags', '+faststart'];

describe('the page of a service in a browser', function () {
  this.timeout(300_000);
  const clips = clipFolder();
  before(() => {
    if (NEEDS_FFMPEG.ffmpeg) clips.make(...pattern('640x360', 10, 4), ...H264, 'clip.mp4');
  });
  const open = stagedPages(
    (
      browser,
      frames,
      state: ServiceState,
      viewport: { readonly width: number; readonly height: number } = USUAL,
      clip: 'clip.mp4' | 'removed.mp4' = 'clip.mp4',
    ) => StagedService.open(browser, { frames, state, clip: clips.path(clip), viewport }),
  );
  const needsOf = (state: ServiceState): Readonly<Record<string, boolean>> => ({
    ...NEEDS_CHROMIUM,
    ...(state === 'clip' && NEEDS_FFMPEG),
  });

  for (const state of SERVICE_STATES) {
    itNeeds(needsOf(state), `has nothing cut off or out of reach in any window, ${state}`, async () => {
      const { page, problems } = await open(state);
      for (const viewport of WINDOWS) {
        const { width, height } = viewport;
        await resize(page, viewport);
        const { scrollWidth, unusable, cutOff } = await measureLayout(page);
        assert.deepEqual([unusable, cutOff], [[], []], `${width}x${height}`);
        assert.ok(scrollWidth <= width, `it is ${scrollWidth} pixels wide at ${width}x${height}`);
      }
      if (state !== 'lost') assert.deepEqual(problems, []);
    });

    itNeeds({ ...needsOf(state), 'axe-core': HAS_AXE }, `excludes nobody, ${state}, in any colours`, async () => {
      const { page } = await open(state);
      for (const colorScheme of COLOR_SCHEMES) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await graveFindings(page), [], colorScheme);
      }
    });
  }

  itNeeds(NEEDS_CHROMIUM, 'says which camera is away and why, and shows the others', async () => {
    const { page } = await open('away');
    assert.match((await page.locator('#state').textContent())!, /1 of 3 away/);
    const tile = page.locator('.tile', { hasText: 'front door' });
    assert.match((await tile.locator('.hint').textContent())!, /no answer from 192\.0\.2\.8/);
    assert.equal(await page.locator('.tile .hint:visible').count(), 1);
  });

  itNeeds(
    NEEDS_CHROMIUM,
    'takes what somebody has switched off for no fault, and drops that were wanted for no loss',
    async () => {
      const { page } = await open('off');
      assert.match((await page.locator('#state').textContent())!, /live/);
      const off = page.locator('.tile', { hasText: 'front door' });
      assert.equal(await off.locator('.hint').textContent(), 'switched off');
      assert.equal(await page.locator('.dot.down').count(), 0);
      const undetected = page.locator('.tile', { hasText: 'street' });
      assert.equal(await undetected.locator('.why').textContent(), 'detection off');
      assert.match((await undetected.locator('.foot').textContent())!, /none lost/);
      assert.equal(await undetected.locator('.lost').getAttribute('d'), '');
      await undetected.click();
      await page.locator('#timeline .bar.detect-off').waitFor();
      const bars = await page.locator('#timeline .bar').all();
      const classes = await Promise.all(bars.map((bar) => bar.getAttribute('class')));
      assert.deepEqual(classes.sort(), ['bar answered', 'bar detect-off', 'bar policy']);
    },
  );

  itNeeds(NEEDS_CHROMIUM, 'says that the service does not answer', async () => {
    const { page } = await open('lost');
    assert.ok(await page.locator('#notice').isVisible());
    assert.match((await page.locator('#state').textContent())!, /does not answer/);
  });

  itNeeds(NEEDS_CHROMIUM, 'asks for a token where the service wants one, and shows the cameras then', async () => {
    const { page } = await open('login');
    assert.equal(await page.locator('.tile').count(), 0);
    await page.getByLabel('Token').fill('wrong');
    await page.keyboard.press('Enter');
    await page.locator('#login-error:text("nobody has this token")').waitFor();
    await page.getByLabel('Token').fill(STAGED_TOKEN);
    await page.keyboard.press('Enter');
    await page.locator('.tile').first().waitFor();
    assert.equal(await page.locator('#login').isVisible(), false);
    await page.locator('#logout').click();
    await page.locator('#login').waitFor();
  });

  itNeeds(NEEDS_CHROMIUM, 'says that there is no camera of a name, or none any more', async () => {
    const staged = await open('camera');
    const { page, problems } = staged;
    assert.match((await page.locator('#crossings').textContent())!, /12 leaves at gate9 comes at gate/);
    staged.removeFirst();
    await page.locator('#no-camera').waitFor();
    assert.equal(await page.locator('#camera').isVisible(), false);
    await page.locator('#no-camera a').click();
    await page.locator('.tile:visible').first().waitFor();
    assert.equal(await page.locator('#no-camera').isVisible(), false);
    for (const name of ['nobody', '%', '%E0%A4%A']) {
      await page.evaluate(`location.hash = '#/camera/${name}'`);
      await page.locator('#no-camera').waitFor();
      await page.evaluate(`location.hash = ''`);
      await page.locator('#no-camera').waitFor({ state: 'hidden' });
    }
    assert.deepEqual(problems, []);
  });

  itNeeds(NEEDS_CHROMIUM, 'opens a camera by its tile, and goes back with Escape', async () => {
    const { page } = await open('grid');
    await page.locator('.tile', { hasText: 'yard' }).click();
    await page.locator('#stage [data-form=pictures]').waitFor();
    await page.locator('#form:text("because")').waitFor();
    assert.equal(await page.locator('#camera-name').textContent(), 'yard');
    assert.equal(await page.locator('.tile:visible').count(), 0);
    assert.match((await page.locator('#form').textContent())!, /detector's own pictures, because this source is drawn/);
    await page.keyboard.press('Escape');
    await page.locator('.tile:visible').first().waitFor();
  });

  itNeeds(
    { ...NEEDS_CHROMIUM, ...NEEDS_FFMPEG },
    'plays the clip of an object, seeks in it, and is back at its picture',
    async () => {
      const { page } = await open('camera');
      const play = page.locator('#events .play').first();
      await play.focus();
      await page.keyboard.press('Enter');
      const video = page.locator('#clip-video');
      await clipCanPlay(page);
      const soughtTo = await page.evaluate(`new Promise((resolve) => {
        const video = document.getElementById('clip-video');
        video.onseeked = () => resolve(video.currentTime);
        video.currentTime = 3.5;
      })`);
      assert.ok(Number(soughtTo) >= 3.5, String(soughtTo));
      await page.keyboard.press('Escape');
      await page.locator('#clip:not([open])').waitFor({ state: 'attached' });
      await page.locator('#events .play:focus').waitFor();
      assert.equal(await page.locator('#camera-name').textContent(), 'yard');
      assert.equal(await video.getAttribute('src'), null);
    },
  );

  itNeeds(NEEDS_CHROMIUM, 'turns a switch with the keyboard, and follows one that another client turns', async () => {
    const { page, switches } = await open('camera');
    const detection = page.getByRole('switch', { name: 'detection', checked: true });
    await detection.focus();
    await page.keyboard.press('Space');
    const off = page.getByRole('switch', { name: 'detection', checked: false });
    await off.waitFor();
    assert.deepEqual(switches, { enabled: true, detect: false });
    assert.ok(await page.locator('[role=switch]:focus').isVisible());
    await page.locator('#switches:has-text("The configuration says: detection on.")').waitFor();
    Object.assign(switches, { enabled: false, detect: true });
    await page.getByRole('switch', { name: 'camera', checked: false }).waitFor();
    await detection.waitFor();
  });

  itNeeds(NEEDS_CHROMIUM, 'says why a switch could not be turned, and shows it as it is', async () => {
    const { page } = await open('camera');
    const answer = { status: 503, contentType: 'application/json', body: '{"error": "the disk is full"}' };
    await page.route('**/switches/detect', (route) => route.fulfill(answer));
    await page.getByRole('switch', { name: 'detection', checked: true }).click();
    await page.locator('#switches [role=alert]:text("the disk is full")').waitFor();
    assert.ok(await page.getByRole('switch', { name: 'detection', checked: true }).isEnabled());
  });

  itNeeds(NEEDS_CHROMIUM, 'shows switches to a viewer, and says which role turns them', async () => {
    const { page, switches } = await open('viewer');
    const detection = page.getByRole('switch', { name: 'detection', checked: true });
    await detection.waitFor();
    assert.ok(await detection.isDisabled());
    await page.locator('#switches:has-text("need the role operator; you are a viewer")').waitFor();
    assert.deepEqual(switches, { enabled: true, detect: true });
  });

  itNeeds(NEEDS_CHROMIUM, 'has health before the objects on a phone', async () => {
    const { page } = await open('camera', WINDOWS[2]);
    const topOf = async (selector: string): Promise<number> => (await page.locator(selector).boundingBox())!.y;
    assert.ok((await topOf('#health')) < (await topOf('#events')));
    assert.ok((await topOf('#stage')) < (await topOf('#health')));
    assert.ok((await topOf('#health')) < WINDOWS[2].height);
  });

  itNeeds(
    NEEDS_CHROMIUM,
    'offers a clip that it cannot play as a download, and says when a clip was removed',
    async () => {
      const { page } = await open('camera', USUAL, 'removed.mp4');
      const download = page.getByRole('link', { name: /^download the clip of / }).first();
      assert.match((await download.getAttribute('href'))!, /^api\/events\/yard-\d+\/clip$/);
      assert.match((await download.getAttribute('download'))!, /^yard-\d+ 2023-.*\.mp4$/);
      await page
        .getByRole('button', { name: /^play the clip of / })
        .first()
        .click();
      await page.locator('#clip-error:text("the file has been removed")').waitFor();
    },
  );

  itNeeds(
    NEEDS_CHROMIUM,
    'moves a point of a zone with the mouse and with keys, shows the YAML, and writes nothing',
    async () => {
      const { page } = await open('drawing');
      const methods = new Set<string>();
      page.on('request', (request) => methods.add(request.method()));
      const yaml = (): Promise<string | null> => page.locator('#editor-yaml').textContent();
      assert.match((await yaml())!, /pavement:\n +points: \[\[0\.02, 0\.62\], /);
      const handle = page.locator('[data-point="0"]');
      await handle.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Shift+ArrowUp');
      assert.match((await yaml())!, /points: \[\[0\.025, 0\.57\], /);
      const { x, y, width, height } = (await page.locator('svg.zones').boundingBox())!;
      await handle.hover();
      await page.mouse.down();
      await page.mouse.move(x + 0.5 * width, y + 0.5 * height, { steps: 5 });
      await page.mouse.up();
      assert.match((await yaml())!, /points: \[\[0\.5(?:0\d)?, 0\.5(?:0\d)?\], |points: \[\[0\.499, /);
      await page.locator('[data-point="0"]').focus();
      await page.keyboard.press('Delete');
      assert.equal(await page.locator('[data-point]').count(), 3);
      await page.getByRole('button', { name: 'add line' }).click();
      assert.match((await yaml())!, / line:\n/);
      await page.waitForResponse(/api\/cameras/);
      assert.deepEqual([...methods], ['GET']);
    },
  );
});
