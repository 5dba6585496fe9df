import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import sharp from 'sharp';

export type PageProgram = { readonly address: string; stop(): Promise<void> };

/**
 * Starts a command that serves a page.
 * @param said finds the page's address in what the command says
 */
export async function startPageProgram(args: readonly string[], said: RegExp): Promise<PageProgram> {
  const program = spawn(process.execPath, ['dist/src/cli/main.js', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(program, 'exit');
  const address = await new Promise<string>((resolve, reject) => {
    let log = '';
    program.stderr.on('data', (data: Buffer) => {
      const found = said.exec((log += data.toString()));
      if (found !== null) resolve(found[1]);
    });
    void ended.then(() => reject(new Error(`the command ended: ${log}`)));
  });
  return {
    address,
    async stop() {
      program.kill('SIGINT');
      await ended;
    },
  };
}

/** `CHROMIUM` names the browser. */
export function launchChromium(...args: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', ...args],
  });
}

/** Writes what the page shows as a small file, and says how small. */
export async function takePicture(page: Page, path: string): Promise<void> {
  // Two hundred colours are enough for a drawn world, and make a third of the file.
  await sharp(await page.screenshot())
    .png({ palette: true, colours: 200, effort: 10, dither: 0.6 })
    .toFile(path);
  console.log(`${path}: ${Math.round(statSync(path).size / 1024)} KB`);
}
