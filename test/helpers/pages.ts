import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';

export const COLOR_SCHEMES = ['light', 'dark'] as const;
export type ColorScheme = (typeof COLOR_SCHEMES)[number];

/** Resolves when what follows the size of the page has been drawn. */
export async function resize(page: Page, viewport: { readonly width: number; readonly height: number }): Promise<void> {
  await page.setViewportSize(viewport);
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
}

/** A file in a page, and the page's messages: console, errors, requested addresses. */
export async function openPage(
  browser: Browser,
  path: string,
  colorScheme: ColorScheme,
  width: number,
): Promise<{ page: Page; problems: string[]; requests: string[] }> {
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
  const problems: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  return { page, problems, requests };
}

/** Runs in the page. The background is read from a canvas, because its computed colour may have any notation. */
const MEASURE = `(() => {
  const context = document.createElement('canvas').getContext('2d');
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, 1, 1);
  return {
    scrollWidth: document.documentElement.scrollWidth,
    hidden: [...document.querySelectorAll('.card > svg')].filter((svg) => svg.getBoundingClientRect().height < 50).length,
    lightness: context.getImageData(0, 0, 1, 1).data[1],
  };
})()`;

/** Checks a report: it requests nothing else, fits the window, shows its drawings, and has the reader's colours. */
export async function assertWhole(
  browser: Browser,
  path: string,
  colorScheme: ColorScheme,
  width: number,
): Promise<void> {
  const { page, problems, requests } = await openPage(browser, path, colorScheme, width);
  assert.deepEqual(problems, []);
  assert.equal(requests.length, 1);
  const { scrollWidth, hidden, lightness } = await page.evaluate<{
    scrollWidth: number;
    hidden: number;
    lightness: number;
  }>(MEASURE);
  assert.ok(scrollWidth <= width, `the page is ${scrollWidth} pixels wide`);
  assert.equal(hidden, 0);
  assert.equal(lightness > 128, colorScheme === 'light');
  await page.close();
}
