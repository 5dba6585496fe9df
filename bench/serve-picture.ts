import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { launchChromium, startPageProgram, takePicture } from './page-program.js';

type Scheme = 'light' | 'dark';
type View = { readonly name: string; readonly width: number; readonly height: number; readonly scheme: Scheme };

/** Of the documents. */
const GRID: View = { name: 'docs/serve-cameras.png', width: 1440, height: 500, scheme: 'dark' };
const CAMERA: View = { name: 'docs/serve-camera.png', width: 1440, height: 900, scheme: 'light' };
const PHONE: View = { name: 'docs/serve-phone.png', width: 390, height: 844, scheme: 'dark' };

const WIDTHS = [
  [1440, 900],
  [1024, 768],
  [390, 844],
] as const;
const SCHEMES: readonly Scheme[] = ['light', 'dark'];
/** Time until latencies and sparklines have something to show. */
const TAKEN_AFTER_MS = 40_000;
const LATER_MS = 8000;

/**
 * Takes the pictures of a service's page for the documents; with `--review FOLDER`, others of it at three widths, light
 * and dark.
 */
export async function run(): Promise<void> {
  const { review } = parseArgs({ args: process.argv.slice(3), options: { review: { type: 'string' } } }).values;
  const service = await startPageProgram(['serve', '--demo', '--listen', '0'], /service: (http:\S+\/)/);
  const browser = await launchChromium();
  try {
    if (review === undefined) {
      await take(browser, service.address, GRID, { ofCamera: false, afterMs: TAKEN_AFTER_MS });
      await take(browser, service.address, CAMERA, { ofCamera: true, afterMs: TAKEN_AFTER_MS });
      await take(browser, service.address, PHONE, { ofCamera: true, afterMs: TAKEN_AFTER_MS });
      return;
    }
    mkdirSync(review, { recursive: true });
    for (const [width, height] of WIDTHS)
      for (const scheme of SCHEMES)
        for (const ofCamera of [false, true]) {
          const name = join(review, `${ofCamera ? 'camera' : 'cameras'}-${width}-${scheme}.png`);
          await take(browser, service.address, { name, width, height, scheme }, { ofCamera, afterMs: LATER_MS });
        }
  } finally {
    await browser.close();
    await service.stop();
  }
}

async function take(
  browser: Browser,
  address: string,
  { name, width, height, scheme }: View,
  { ofCamera, afterMs }: { readonly ofCamera: boolean; readonly afterMs: number },
): Promise<void> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
  await page.goto(address);
  await page.locator('.tile .screen[data-seq]').first().waitFor();
  if (ofCamera) {
    await page.locator('.tile').first().click();
    await page.locator('#stage .screen[data-seq]').waitFor();
  }
  await wait(afterMs);
  await takePicture(page, name);
  await page.close();
}
