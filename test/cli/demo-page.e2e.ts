import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { bundledModel } from '../../src/model/zoo.js';
import { NEEDS_CHROMIUM, suiteBrowser } from '../helpers/chromium.js';
import { COMMAND } from '../helpers/command.js';
import { itNeeds } from '../helpers/needs.js';
import { resize } from '../helpers/pages.js';
import { realFile } from '../helpers/shared.js';

const MODEL = bundledModel() ?? realFile('yolox_nano.onnx');

/** Colours of the layers, as `paint.ts` draws them. */
const FORECAST = [0x2e, 0xe6, 0xc5] as const;
const OBSERVED = [0xff, 0xb2, 0x24] as const;

/** The parts of the page's own globals that these tests use; their compiler does not know them. */
declare const document: {
  getElementById(id: string): {
    readonly width: number;
    readonly height: number;
    getContext(kind: '2d'): {
      getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
    };
  };
  querySelector(selector: string): { readonly textContent: string };
  readonly documentElement: { readonly scrollWidth: number };
};

type Wanted = { readonly colour: readonly [number, number, number]; readonly not?: string };

/** Runs in the page: the places where the picture has pixels of a colour, as a short text; empty if there are none. */
const findColour = ({ colour: [red, green, blue], not }: Wanted): string => {
  const canvas = document.getElementById('picture');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const places: number[] = [];
  for (let i = 0; i < data.length; i += 4) {
    if (data[i] === red && data[i + 1] === green && data[i + 2] === blue) places.push(i / 4);
  }
  const found = places.length < 20 ? '' : places.filter((_, i) => i % 50 === 0).join();
  return found === not ? '' : found;
};

/** Runs in the page: the text of an element, once it matches the pattern and has changed; else empty. */
const findText = ({ selector, form, not }: { selector: string; form: string; not?: string }): string => {
  const text = document.querySelector(selector).textContent;
  return new RegExp(form).test(text) && text !== not ? text : '';
};

/** Interval between polls, which leaves the page time to continue. */
const POLLING = { polling: 200, timeout: 0 };

describe('the page of nowcast demo', function () {
  this.timeout(300_000);
  const needs = { ...NEEDS_CHROMIUM, 'a model': MODEL !== undefined };
  const browser = suiteBrowser();
  let cache: string;
  let demo: ChildProcess;
  let page: Page;
  let problems: string[];
  before(() => {
    if (Object.values(needs).includes(false)) return;
    cache = mkdtempSync(join(tmpdir(), 'nowcast-test-'));
  });
  after(() => {
    if (cache !== undefined) rmSync(cache, { recursive: true });
  });
  afterEach(async () => {
    await page?.close();
    if (demo?.exitCode === null && demo.signalCode === null) {
      demo.kill('SIGKILL');
      await once(demo, 'exit');
    }
  });

  async function open(viewport: { width: number; height: number }, ...args: string[]): Promise<void> {
    demo = spawn(process.execPath, [COMMAND, 'demo', '--model', MODEL!, '--provider', 'cpu', '--port', '0', ...args], {
      env: { ...process.env, NOWCAST_CACHE: cache },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const address = await new Promise<string>((resolve) => {
      let log = '';
      demo.stderr!.on('data', (data: Buffer) => {
        const found = /page: (http:\/\/[\d.:]+\/)/.exec((log += data.toString()));
        if (found !== null) resolve(found[1]);
      });
    });
    page = await browser().newPage({ viewport });
    problems = [];
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(address);
    await page.locator('body[data-phase=live]').waitFor({ timeout: 0 });
  }

  const painted = async (colour: Wanted['colour'], not?: string): Promise<string> =>
    (await page.waitForFunction(findColour, { colour, ...(not !== undefined && { not }) }, POLLING)).jsonValue();
  const isPainted = async (colour: Wanted['colour']): Promise<boolean> =>
    (await page.evaluate(findColour, { colour })) !== '';
  const told = async (selector: string, form: RegExp, not?: string): Promise<string> =>
    (
      await page.waitForFunction(findText, { selector, form: form.source, ...(not !== undefined && { not }) }, POLLING)
    ).jsonValue();

  itNeeds(needs, 'shows the drive with moving boxes, changing figures, and layers to toggle', async () => {
    await open({ width: 1440, height: 900 });
    await painted(FORECAST, await painted(FORECAST));
    await painted(OBSERVED);
    await told('#latency .figure b', /^\d+ ms$/, await told('#latency .figure b', /^\d+ ms$/));
    await told('#accuracy .figure b', /^\d\.\d\d$/);
    await told('#frames', /\d answered/);

    await page.keyboard.press('f');
    assert.equal(await page.locator('[data-layer=forecast]').getAttribute('aria-pressed'), 'false');
    assert.equal(await isPainted(FORECAST), false);
    await page.locator('[data-layer=observed]').click();
    assert.equal(await isPainted(OBSERVED), false);
    await page.keyboard.press('f');
    await painted(FORECAST);

    await page.keyboard.press('h');
    const held = await page.evaluate(findColour, { colour: FORECAST });
    await told('#frames .figure b', /./, (await page.locator('#frames .figure b').textContent())!);
    assert.equal(await page.evaluate(findColour, { colour: FORECAST }), held);
    assert.deepEqual(problems, []);
  });

  itNeeds(needs, 'slows the detector down on request, and shows it', async () => {
    await open({ width: 1440, height: 900 });
    await page.getByRole('radio', { name: '+200' }).click();
    await page.locator('[role=radio][aria-checked=true]', { hasText: '+200' }).waitFor();
    await told('#latency .figure b', /^([2-9]\d\d|\d{4,}) ms$/);
    assert.deepEqual(problems, []);
  });

  itNeeds(needs, 'ends with the cost of streaming, and keeps it after the end of the command', async () => {
    await open({ width: 1440, height: 900 }, '--max-frames', '120');
    await page.locator('body[data-phase=done]').waitFor({ timeout: 0 });
    if (demo.exitCode === null) await once(demo, 'exit');
    assert.equal(demo.exitCode, 0);
    const rows = await page.locator('#waterfall > span').allTextContents();
    assert.deepEqual(
      rows.filter((name) => name !== 'forecasting'),
      ['perfect', 'detector', 'offline AP', 'one-frame floor', 'latency', 'jitter', 'drops', 'streaming AP'],
    );
    const values = (await page.locator('#waterfall > b').allTextContents()).map((text) =>
      Number(text.replace('\u2212', '-')),
    );
    const [perfect, ...rest] = values;
    const steps = rest.filter((_, i) => rows[i + 1] !== 'offline AP' && rows[i + 1] !== 'streaming AP');
    assert.ok(
      Math.abs(perfect + steps.reduce((sum, step) => sum + step, 0) - values[values.length - 1]) < 0.005,
      values.join(' '),
    );
    assert.equal(await page.locator('#state').textContent(), 'the run is over');
  });

  itNeeds(needs, 'fits windows 420, 900 and 1920 pixels wide', async () => {
    await open({ width: 420, height: 900 });
    await page.locator('#latency svg').waitFor();
    for (const width of [420, 900, 1920]) {
      await resize(page, { width, height: 900 });
      const [wide, high] = await Promise.all(
        ['#picture', '#lens'].map(async (id) => (await page.locator(id).boundingBox())!),
      );
      assert.ok(wide.width > 0 && wide.x >= 0 && wide.x + wide.width <= width, JSON.stringify(wide));
      assert.ok(Math.abs(wide.width / wide.height - 1.6) < 0.02, JSON.stringify(wide));
      assert.ok(high.height > 100, JSON.stringify(high));
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
    }
  });
});
