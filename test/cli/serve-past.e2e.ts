import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askUntil } from '../helpers/ask-until.js';
import { NEEDS_CHROMIUM, suiteBrowser } from '../helpers/chromium.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { LoggedRun } from './logged-run.js';

type Past = { readonly pictures: readonly { readonly seq: number; readonly detections: readonly unknown[] }[] };

describe('the page of a camera, opened late', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const browser = suiteBrowser(['--autoplay-policy=no-user-gesture-required']);
  let run: LoggedRun | undefined;
  afterEach(() => run?.interrupt());

  itNeeds(NEEDS_CHROMIUM, 'looks back at what the service saw before, with its boxes', async () => {
    writeFileSync(join(folder(), 'cameras.yaml'), 'cameras: { street: { source: demo:3 } }\n');
    run = new LoggedRun(['serve', '-c', 'cameras.yaml', '--listen', '0', '--json'], folder());
    const url = await run.finds(/service: (http:\S+)/);
    const ask = async (): Promise<Past['pictures']> =>
      ((await (await fetch(new URL('/api/cameras/street/past', url))).json()) as Past).pictures;
    const [oldest] = await askUntil(ask, (pictures) => pictures.length >= 4);

    const page = await browser().newPage();
    await page.goto(new URL('#/camera/street', url).href);
    const slider = page.locator('#scrub');
    // The pictures are older than this page.
    await askUntil(
      async () => Number(await slider.getAttribute('min')),
      (backMs) => backMs < -6000,
    );
    await slider.focus();
    await page.keyboard.press('Home');
    await page.locator(`#stage .screen[data-past="${oldest.seq}"][data-seq="${oldest.seq}"]`).waitFor();
    const width = await page
      .locator('#stage img.past')
      .evaluate((image: unknown) => (image as { naturalWidth: number }).naturalWidth);
    assert.ok(width > 400 && width <= 416, `${width}`);
    assert.match((await page.locator('#scrub-text').textContent())!, /ago$/);
    await page.locator('#live').click();
    await page.locator('#stage .screen[data-past=""]').waitFor();
    assert.equal(await page.locator('#stage img.past').isVisible(), false);
    await page.close();
  });
});
