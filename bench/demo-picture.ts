import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { setPriority } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium, type Browser } from 'playwright-core';
import sharp from 'sharp';

const OUT = 'docs/demo.png';
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
  const demo = spawn(process.execPath, ['dist/src/cli/main.js', 'demo', '--port', '0', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(demo, 'exit');
  let browser: Browser | undefined;
  try {
    // A person's browser has a graphics card. This one draws on the processor, and may not starve the demo.
    setPriority(BROWSER_NICENESS);
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    });
    const address = await new Promise<string>((resolve, reject) => {
      let log = '';
      demo.stderr.on('data', (data: Buffer) => {
        const found = /page: (http:\S+\/)/.exec((log += data.toString()));
        if (found !== null) resolve(found[1]);
      });
      void ended.then(() => reject(new Error(`the demo ended: ${log}`)));
    });
    const page = await browser.newPage({ viewport: WINDOW, colorScheme: 'light' });
    await page.goto(address);
    await page.locator('body[data-phase=live]').waitFor();
    const firstPictureMs = performance.now() - startedAtMs;
    await wait(TAKEN_AFTER_MS);
    // Two hundred colours are enough for a drawn world, and make a third of the file.
    await sharp(await page.screenshot())
      .png({ palette: true, colours: 200, effort: 10, dither: 0.6 })
      .toFile(OUT);
    console.log(
      `${OUT}: ${Math.round(statSync(OUT).size / 1024)} KB; the first picture was on the page ${(firstPictureMs / 1000).toFixed(1)} s after the start (to reach: 15 s)`,
    );
  } finally {
    demo.kill('SIGINT');
    await ended;
    await browser?.close();
  }
}
