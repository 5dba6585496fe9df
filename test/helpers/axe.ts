import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const SOURCE = read();
/** The findings of these impacts exclude people. */
const GRAVE = ['serious', 'critical'];

export const HAS_AXE = SOURCE !== undefined;

type Finding = {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
};

/** The grave findings of axe-core on a page, as text. */
export async function graveFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(SOURCE!);
  const { violations } = await page.evaluate<{ readonly violations: readonly Finding[] }>(
    "axe.run({ resultTypes: ['violations'] })",
  );
  return violations
    .filter(({ impact }) => GRAVE.includes(impact))
    .map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
    );
}

function read(): string | undefined {
  try {
    return readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  } catch {
    return undefined;
  }
}
