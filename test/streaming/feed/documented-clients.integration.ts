import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { itNeeds } from '../../helpers/needs.js';
import { perceptOf } from '../events.js';
import { startFeed, type FeedHarness } from './feed-harness.js';

const CHROMIUM = '/usr/bin/chromium';

/** The first code block of that language in a document, after a heading. */
function documented(language: string, file = 'docs/feed-protocol.md', heading = ''): string {
  const [, code] = new RegExp(`${heading}[^]*?\`\`\`${language}\n([^]*?)\`\`\``).exec(readFileSync(file, 'utf8'))!;
  return code;
}

describe('clients in the documentation', () => {
  let feed: FeedHarness;
  let folder: string;
  // The file lies beside the compiled test, so that the client finds its packages.
  beforeEach(() => {
    folder = mkdtempSync(fileURLToPath(new URL('client-', import.meta.url)));
  });
  afterEach(async () => {
    await feed.server.close();
    rmSync(folder, { recursive: true });
  });

  it("README.md has one of 20 lines that prints the feed's messages", async () => {
    feed = await startFeed();
    const code = documented('js', 'README.md', '## Subscribe to the results');
    assert.ok(code.trim().split('\n').length <= 20);
    writeFileSync(join(folder, 'client.mjs'), code.replace('ws://127.0.0.1:8765', feed.server.url));
    const client = spawn(process.execPath, [join(folder, 'client.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    for await (const text of client.stdout.setEncoding('utf8') as AsyncIterable<string>) {
      output += text;
      if (output === "streams [ 'cam' ]\n") {
        feed.server.publish(perceptOf(7));
        feed.server.publish({ type: 'gap', streamId: 'cam', fromMs: 0, toMs: 10, why: 'silent' });
      }
      if (output.includes('was away')) void feed.server.close();
    }
    assert.equal(
      output,
      "streams [ 'cam' ]\ncam 7 person 0.90 10,20,111,220 40 ms\ncam 7 car 0.40 10,20,111,220 40 ms\ncam was away: silent\nclosed 1001 the feed ends\n",
    );
  });

  it("docs/feed-protocol.md has one for Node, of 20 lines, that prints the feed's messages", async () => {
    feed = await startFeed();
    feed.server.publish({ type: 'status', streamId: 'cam', atMs: 0, state: 'streaming' });
    const code = documented('js');
    assert.ok(code.trim().split('\n').length <= 20);
    writeFileSync(join(folder, 'client.mjs'), code);
    const client = spawn(process.execPath, [join(folder, 'client.mjs'), feed.server.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    for await (const text of client.stdout.setEncoding('utf8') as AsyncIterable<string>) {
      output += text;
      if (output.endsWith('cam streaming\n')) feed.server.publish(perceptOf(7));
      if (output.includes(']')) void feed.server.close();
    }
    assert.equal(
      output,
      'cam streaming\ncam #7, 40 ms old, 0 missed:\n  person 0.90 [ 10, 20, 110.5, 220.25 ]\n  car 0.40 [ 10, 20, 110.5, 220.25 ]\nclosed: 1001 the feed ends\n',
    );
  });

  itNeeds(
    { chromium: existsSync(CHROMIUM) },
    'docs/feed-protocol.md has one for browsers that draws the boxes',
    async function (this: Mocha.Context) {
      this.timeout(60_000);
      // As the guide says: a file, which needs the origin null.
      const file = join(folder, 'page.html');
      writeFileSync(file, documented('html'));
      feed = await startFeed({ allowedOrigins: ['null'] });
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
      try {
        const page = await browser.newPage();
        const socket = page.waitForEvent('websocket');
        await page.goto(`file://${file}?feed=${feed.server.url}`);
        await (await socket).waitForEvent('framereceived');
        feed.server.publish(perceptOf(1));
        await page.waitForFunction('canvas.width === 768 && canvas.height === 432');
        assert.deepEqual(await page.evaluate('[...pen.getImageData(10, 100, 1, 1).data].map((value) => value > 0)'), [
          false,
          true,
          true,
          true,
        ]);
      } finally {
        await browser.close();
      }
    },
  );
});
