import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const WINDOW = { width: 1440, height: 900 };
/** Time until latencies and sparklines have something to show. */
const TAKEN_AFTER_MS = 40_000;

/** Takes the pictures of a service's page for the documents. `CHROMIUM` names the browser. */
export async function run(): Promise<void> {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  const service = spawn(process.execPath, ['dist/src/cli/main.js', 'serve', '--demo', '--listen', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(service, 'exit');
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let log = '';
      service.stderr.on('data', (data: Buffer) => {
        const found = /service: (http:\S+\/)/.exec((log += data.toString()));
        if (found !== null) resolve(found[1]);
      });
      void ended.then(() => reject(new Error(`the service ended: ${log}`)));
    });
    const page = await browser.newPage({ viewport: WINDOW, colorScheme: 'light' });
    await page.goto(address);
    await page.locator('.tile .screen[data-seq]').first().waitFor();
    await wait(TAKEN_AFTER_MS);
    await take('docs/serve-cameras.png', () => page.screenshot());
    await page.locator('.tile').first().click();
    await page.locator('#stage .screen[data-seq]').waitFor();
    await wait(TAKEN_AFTER_MS / 2);
    await take('docs/serve-camera.png', () => page.screenshot());
  } finally {
    service.kill('SIGINT');
    await ended;
    await browser.close();
  }
}

async function take(path: string, screenshot: () => Promise<Buffer>): Promise<void> {
  // Two hundred colours are enough for a drawn world, and make a third of the file.
  await sharp(await screenshot())
    .png({ palette: true, colours: 200, effort: 10, dither: 0.6 })
    .toFile(path);
  console.log(`${path}: ${Math.round(statSync(path).size / 1024)} KB`);
}
