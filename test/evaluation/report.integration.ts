import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderReport } from '../../evaluation/report.js';
import { scoreRun } from '../../evaluation/score.js';
import { graveFindings, HAS_AXE } from '../helpers/axe.js';
import { NEEDS_CHROMIUM, suiteBrowser } from '../helpers/chromium.js';
import { measureLayout } from '../helpers/clickable.js';
import { itNeeds } from '../helpers/needs.js';
import { assertWhole, openPage } from '../helpers/pages.js';
import { jittery, play } from './play.js';
import { drawScene, readScene } from './scene.js';
import { trackerByName } from '../../src/track/kinds.js';

describe('report in a browser', function () {
  this.timeout(120_000);
  const browser = suiteBrowser();
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'nowcast-test-'));
    const scene = readScene(drawScene(7));
    const { run } = play(scene, jittery(0.05, 1));
    const score = scoreRun(scene.truth, run, scene.detections, 0, trackerByName('kalman'), scene.detections);
    writeFileSync(
      join(dir, 'report.html'),
      renderReport({
        title: 'Test',
        facts: [['schedule', 'idle-free']],
        truth: scene.truth,
        evaluation: score.final,
        streaming: { run, score, eta: 0 },
      }),
    );
  });
  after(() => rmSync(dir, { recursive: true }));

  const open = (colorScheme: 'light' | 'dark', width: number) =>
    openPage(browser(), join(dir, 'report.html'), colorScheme, width);

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1200, 400]) {
      itNeeds(NEEDS_CHROMIUM, `is whole in ${colorScheme} colours, ${width} pixels wide`, async () => {
        await assertWhole(browser(), join(dir, 'report.html'), colorScheme, width);
      });
    }
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1200, 390]) {
      itNeeds(NEEDS_CHROMIUM, `has nothing cut off or out of reach, ${width} pixels wide, ${colorScheme}`, async () => {
        const { page } = await open(colorScheme, width);
        const { scrollWidth, unusable, cutOff } = await measureLayout(page);
        assert.deepEqual([unusable, cutOff], [[], []]);
        assert.ok(scrollWidth <= width, `it is ${scrollWidth} pixels wide`);
        await page.close();
      });

      itNeeds(
        { ...NEEDS_CHROMIUM, 'axe-core': HAS_AXE },
        `excludes nobody, ${width} pixels wide, ${colorScheme}`,
        async () => {
          const { page } = await open(colorScheme, width);
          assert.deepEqual(await graveFindings(page), []);
          await page.close();
        },
      );
    }
  }

  itNeeds(
    NEEDS_CHROMIUM,
    'shows the sequence and the class selected in its menus, and changes its colours',
    async () => {
      const { page, problems } = await open('light', 1200);
      const shown = (heading: string): Promise<string | null> =>
        page
          .locator('.card', { has: page.getByRole('heading', { name: heading }) })
          .locator('[data-view]:not(.hidden)')
          .getAttribute('data-view');
      assert.equal(await shown('Timeline'), '0');
      await page.getByLabel('Sequence', { exact: true }).selectOption('drive-1');
      assert.equal(await shown('Timeline'), '1');
      assert.equal(await shown('Precision and recall'), '0');
      await page.getByLabel('Class', { exact: true }).selectOption('car');
      assert.notEqual(await shown('Precision and recall'), '0');
      const background = (): Promise<string> =>
        page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      const before = await background();
      await page.getByRole('button').click();
      assert.notEqual(await background(), before);
      assert.deepEqual(problems, []);
      await page.close();
    },
  );
});
