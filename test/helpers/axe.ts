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

/** The grave findings in light and in dark colours, which the page takes without being loaded again. */
export async function graveFindingsInBoth(page: Page): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const finding of await graveFindings(page)) findings.push(`${colorScheme}: ${finding}`);
  }
  return findings;
}

function read(): string | undefined {
  try {
    return readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  } catch {
    return undefined;
  }
}
