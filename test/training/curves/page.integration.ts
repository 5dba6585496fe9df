import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderCurves } from '../../../training/curves/page.js';
import { NEEDS_CHROMIUM, suiteBrowser } from '../../helpers/chromium.js';
import { itNeeds } from '../../helpers/needs.js';
import { assertWhole } from '../../helpers/pages.js';
import { temporaryFolder } from '../../helpers/temporary.js';
import { runOf } from './run.js';

describe('curves in a browser', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const browser = suiteBrowser();

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1200, 400]) {
      itNeeds(NEEDS_CHROMIUM, `are whole in ${colorScheme} colours, ${width} pixels wide`, async () => {
        const path = join(folder(), 'curves.html');
        writeFileSync(path, renderCurves(runOf(5000)));
        await assertWhole(browser(), path, colorScheme, width);
      });
    }
  }
});
