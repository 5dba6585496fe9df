import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** A Chromium of this machine for playwright-core; undefined if there is none. */
export const chromiumPath: string | undefined = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
]
  .flatMap((name) => [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'].map((dir) => join(dir, name)))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

export const NEEDS_CHROMIUM = { Chromium: chromiumPath !== undefined };

/** A browser for the calling suite, closed when the suite ends. Only its tests may ask for it. */
export function suiteBrowser(args: readonly string[] = []): () => Browser {
  let browser: Browser | undefined;
  before(async () => {
    if (chromiumPath !== undefined)
      browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', ...args] });
  });
  after(() => browser?.close());
  return () => browser!;
}
