import assert from 'node:assert/strict';
import { chromium, type Browser } from 'playwright-core';
import { servicePage } from '../../../../src/streaming/live-page/service-page.js';
import type { Api } from '../../../../src/streaming/http/answer.js';
import { chromiumPath } from '../../../helpers/chromium.js';
import { graveFindings, HAS_AXE } from '../../../helpers/axe.js';
import { itNeeds } from '../../../helpers/needs.js';
import { CLASSES } from '../../events.js';
import { startFeed, type FeedHarness } from '../../feed/feed-harness.js';

const CAMERA = { name: 'yard', source: 'demo:1', isUp: true, why: 'streaming', losses: 0 };
const ANSWERS: Readonly<Record<string, object>> = {
  'GET /api/cameras': { cameras: [CAMERA] },
  'GET /api/scenes': { cameras: [{ name: 'yard', budgetMs: null, zones: {}, lines: {}, masks: {} }] },
  'GET /api/stats': { detector: { model: 'nano', provider: 'cpu', input: {} } },
};

describe('the page of a service that asks for a token', function () {
  this.timeout(120_000);
  const needs = { Chromium: chromiumPath !== undefined };
  let browser: Browser;
  let feed: FeedHarness | undefined;
  before(async () => {
    if (chromiumPath === undefined) return;
    browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  });
  afterEach(async () => {
    await feed?.server.close();
    feed = undefined;
  });
  after(() => browser?.close());

  const open = async (users: NonNullable<Api['access']>['users']) => {
    const pages = servicePage({ onOpen: () => undefined, onWatched: () => undefined });
    feed = await startFeed({
      pages,
      api: {
        settings: {
          routes: ['cameras', 'scenes', 'stats'].map((name) => ({
            method: 'GET',
            path: `/api/${name}`,
            role: 'viewer',
          })),
        },
        answer: (what) => ({ status: 200, contentType: 'application/json', body: JSON.stringify(ANSWERS[what]) }),
        access: { users, proxies: { trusted: [] } },
      },
      streams: ['yard'],
      classes: CLASSES,
    });
    const page = await browser.newPage({ reducedMotion: 'reduce' });
    await page.goto(feed.server.url.replace('ws', 'http'));
    return page;
  };
  const KIM = [{ name: 'kim', role: 'viewer', tokens: ['sésame'] }] as const;

  itNeeds(needs, 'shows the cameras for a right token, after a wrong one too, until it is left', async () => {
    const page = await open(KIM);
    const [form, logout] = [page.locator('#login'), page.locator('#logout')];
    await form.waitFor();
    assert.equal(await page.locator('.tile').count(), 0);
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('Nobody has this token.').waitFor();
    await page.locator('#token').fill('sésame');
    await page.keyboard.press('Enter');
    await page.locator('.tile', { hasText: 'yard' }).waitFor();
    assert.deepEqual([await form.isVisible(), await logout.isVisible()], [false, true]);
    await page.reload();
    await page.locator('.tile', { hasText: 'yard' }).waitFor();
    assert.equal(await form.isVisible(), false);
    await logout.click();
    await form.waitFor();
    assert.equal(await page.locator('.tile').count(), 0);
  });

  itNeeds({ ...needs, 'axe-core': HAS_AXE }, 'excludes nobody while it asks', async () => {
    const page = await open(KIM);
    await page.locator('#login').waitFor();
    assert.deepEqual(await graveFindings(page), []);
  });

  itNeeds(needs, 'asks for none where everyone may see the cameras', async () => {
    const page = await open([]);
    await page.locator('.tile', { hasText: 'yard' }).waitFor();
    for (const hidden of ['#login', '#logout', '#open']) assert.equal(await page.locator(hidden).isVisible(), false);
  });
});
