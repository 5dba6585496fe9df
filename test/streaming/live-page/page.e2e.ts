import assert from 'node:assert/strict';
import { graveFindings, HAS_AXE } from '../../helpers/axe.js';
import { NEEDS_CHROMIUM } from '../../helpers/chromium.js';
import { measureLayout } from '../../helpers/clickable.js';
import { itNeeds } from '../../helpers/needs.js';
import { COLOR_SCHEMES } from '../../helpers/pages.js';
import { PAGE_STATES, StagedPage, stagedPages, type PageState } from './staged-page.js';

/** Windows of usual screens, and whether all of the page is visible without scrolling. */
const WINDOWS = [
  { width: 1440, height: 900, isWhole: true },
  { width: 1366, height: 768, isWhole: true },
  { width: 1280, height: 720, isWhole: true },
  { width: 1024, height: 768, isWhole: true },
  { width: 390, height: 844, isWhole: false },
] as const;
const USUAL = WINDOWS[0];

describe('the page of a demo in a browser', function () {
  this.timeout(300_000);
  const open = stagedPages(
    (browser, frames, state: PageState, viewport: { readonly width: number; readonly height: number } = USUAL) =>
      StagedPage.open(browser, frames, state, viewport),
  );

  for (const { isWhole, ...viewport } of WINDOWS) {
    const { width, height } = viewport;
    for (const state of ['start', 'middle', 'starved', 'lost', 'over'] as const) {
      itNeeds(NEEDS_CHROMIUM, `has nothing cut off or out of reach at ${width}x${height}, ${state}`, async () => {
        const { page, problems } = await open(state, viewport);
        const { scrollWidth, scrollHeight, unusable, cutOff } = await measureLayout(page);
        assert.deepEqual([unusable, cutOff, problems], [[], [], []]);
        assert.ok(scrollWidth <= width, `it is ${scrollWidth} pixels wide`);
        if (isWhole) assert.ok(scrollHeight <= height, `it is ${scrollHeight} pixels high`);
      });
    }
  }

  for (const state of PAGE_STATES) {
    itNeeds({ ...NEEDS_CHROMIUM, 'axe-core': HAS_AXE }, `excludes nobody, ${state}, in any colours`, async () => {
      const { page } = await open(state);
      for (const colorScheme of COLOR_SCHEMES) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await graveFindings(page), [], colorScheme);
      }
    });
  }

  for (const [state, words] of [
    ['starved start', /Drawing starves, not the detector/],
    ['starved', /Drawing starves, not the detector/],
    ['quiet', /No word from Nowcast/],
    ['lost', /The connection is lost.*Start it again/],
    ['over', /The run is over.*your own camera/],
  ] as const) {
    itNeeds(NEEDS_CHROMIUM, `says over the picture, ${state}: ${words.source}`, async () => {
      const { page } = await open(state);
      assert.match((await page.locator('#notice').textContent())!, words);
      assert.ok(await page.locator('#notice').isVisible());
    });
  }

  itNeeds(NEEDS_CHROMIUM, 'says nothing over the picture of a live run', async () => {
    const { page } = await open('middle');
    assert.equal(await page.locator('#notice').isVisible(), false);
  });

  itNeeds(NEEDS_CHROMIUM, 'names the commands for a camera of one’s own when the run is over', async () => {
    const { page } = await open('over');
    assert.match((await page.locator('#next').textContent())!, /Now your own camera:.*nowcast run rtsp:/s);
    assert.ok(await page.locator('#next').isVisible());
  });

  itNeeds(
    NEEDS_CHROMIUM,
    'has an age of the newest answer that is its latency or more, and one latency at the end',
    async () => {
      const live = await open('middle');
      const [age, latency] = await Promise.all(
        ['#age', '#latency .figure b'].map(async (at) => parseInt((await live.page.locator(at).textContent())!, 10)),
      );
      assert.ok(age >= latency && latency === 1234, `${age} and ${latency} ms`);
      await live.close();
      const { page } = await open('over');
      assert.equal(await page.locator('#latency .figure').textContent(), '1234 ms median of the run');
      assert.match((await page.locator('#outcome-text').textContent())!, /half of them within 1234 ms/);
      assert.equal(await page.locator('#accuracy .figure b').textContent(), '0.31');
      assert.match((await page.locator('#waterfall').textContent())!, /streaming AP0\.310$/);
      assert.equal(await page.locator('#frames .figure b').textContent(), '12,345');
    },
  );

  itNeeds(NEEDS_CHROMIUM, 'shows latencies of four digits whole, on the chart too', async () => {
    const { page } = await open('middle', { width: 390, height: 844 });
    const { x: left } = (await page.locator('#latency .chart svg').boundingBox())!;
    const labels = await page.locator('#latency .chart text').all();
    assert.deepEqual(await page.locator('#latency .chart text').allTextContents(), ['0', '750', '1500']);
    for (const label of labels) assert.ok((await label.boundingBox())!.x >= left);
  });

  itNeeds(
    NEEDS_CHROMIUM,
    'moves in the radio group with the arrow keys, Home and End, with one stop for Tab',
    async () => {
      const { page } = await open('middle');
      const asked: string[] = [];
      page.on('request', (request) => {
        const ms = /slow\?ms=(\d+)/.exec(request.url());
        if (ms !== null) asked.push(ms[1]);
      });
      const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.textContent');
      assert.equal(await page.locator('#slow [tabindex="0"]').count(), 1);
      await page.locator('#slow [tabindex="0"]').focus();
      assert.equal(await focused(), '+100');
      const visited: string[] = [];
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'Home', 'ArrowDown', 'ArrowUp', 'End']) {
        await page.keyboard.press(key);
        visited.push(await focused());
      }
      assert.deepEqual(visited, ['+200', 'as is', '+200', 'as is', '+50', 'as is', '+200']);
      assert.deepEqual(asked, ['200', '0', '200', '0', '50', '0', '200']);
    },
  );

  itNeeds(NEEDS_CHROMIUM, 'shows a ring around the control with the focus', async () => {
    const { page } = await open('middle');
    const ring = 'getComputedStyle(document.activeElement).outline';
    for (let i = 0; i < 5; i++) {
      await page.keyboard.press('Tab');
      assert.match(await page.evaluate<string>(ring), /solid 2px/);
    }
  });
});
