import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

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
