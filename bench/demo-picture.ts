import { setPriority } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { launchChromium, startPageProgram, takePicture } from './page-program.js';

const WINDOW = { width: 1440, height: 900 };
/** Time into the drive at which the scene is busy and the rolling score is complete. */
const TAKEN_AFTER_MS = 15_500;
const BROWSER_NICENESS = 19;

/**
 * Takes the picture of the demo page for the README, and measures the time to the first picture. `NOWCAST_DEMO_ARGS` go
 * to the demo, `CHROMIUM` names the browser.
 */
export async function run(): Promise<void> {
  const args = (process.env['NOWCAST_DEMO_ARGS'] ?? '').split(' ').filter(Boolean);
  const startedAtMs = performance.now();
  const starting = startPageProgram(['demo', '--port', '0', ...args], /page: (http:\S+\/)/);
  let browser: Browser | undefined;
  try {
    // A person's browser has a graphics card. This one draws on the processor, and may not starve the demo.
    setPriority(BROWSER_NICENESS);
    browser = await launchChromium();
    const page = await browser.newPage({ viewport: WINDOW, colorScheme: 'light' });
    await page.goto((await starting).address);
    await page.locator('body[data-phase=live]').waitFor();
    const firstPictureMs = performance.now() - startedAtMs;
    await wait(TAKEN_AFTER_MS);
    await takePicture(page, 'docs/demo.png');
    console.log(
      `the first picture was on the page ${(firstPictureMs / 1000).toFixed(1)} s after the start (to reach: 15 s)`,
    );
  } finally {
    await browser?.close();
    await (await starting).stop();
  }
}
