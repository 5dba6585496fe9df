import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { renderCurves } from '../../../training/curves/page.js';
import { chromiumPath } from '../../helpers/chromium.js';
import { itNeeds } from '../../helpers/needs.js';
import { assertWhole } from '../../helpers/pages.js';
import { temporaryFolder } from '../../helpers/temporary.js';
import { runOf } from './run.js';

describe('curves in a browser', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let browser: Browser | undefined;
  before(async () => {
    if (chromiumPath !== undefined)
      browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
  });
  after(async () => browser?.close());

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1200, 400]) {
      itNeeds(
        { Chromium: chromiumPath !== undefined },
        `are whole in ${colorScheme} colours, ${width} pixels wide`,
        async () => {
          const path = join(folder(), 'curves.html');
          writeFileSync(path, renderCurves(runOf(5000)));
          await assertWhole(browser!, path, colorScheme, width);
        },
      );
    }
  }
});
