import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROVIDERS } from '../core/detector.js';
import type { Size } from '../core/size.js';
import { writeFileAtomic } from '../files/atomic-write.js';
import type { MachineFingerprint } from './machine-fingerprint.js';
import type { ActualProvider } from './actual-provider.js';

/** The conditions that a choice of provider depends on. */
export type ProviderChoiceKey = {
  readonly machine: MachineFingerprint;
  readonly modelSha256: string;
  readonly input: Size;
  readonly threads: number;
};

/** The provider that `auto` selected, with the median runtime of each measured one. */
export type ProviderChoice = {
  readonly provider: ActualProvider;
  readonly medianMs: Readonly<Partial<Record<ActualProvider, number>>>;
};

/** The earlier choice of `auto` for this key; undefined if there is none or the file is damaged. */
export async function recallProvider(cacheDir: string, key: ProviderChoiceKey): Promise<ActualProvider | undefined> {
  try {
    const { provider } = JSON.parse(await readFile(choicePath(cacheDir, key), 'utf8')) as ProviderChoice;
    return provider !== ('auto' as string) && PROVIDERS.includes(provider) ? provider : undefined;
  } catch {
    return undefined;
  }
}

/** @throws OutputError if `cacheDir` cannot be written */
export async function rememberProvider(
  cacheDir: string,
  key: ProviderChoiceKey,
  choice: ProviderChoice,
): Promise<void> {
  await writeFileAtomic(choicePath(cacheDir, key), `${JSON.stringify({ ...choice, ...key }, null, 2)}\n`, {
    folderMode: 0o700,
  });
}

/** One file for each key, so that writers never have to merge. */
function choicePath(cacheDir: string, key: ProviderChoiceKey): string {
  const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16);
  return join(cacheDir, 'providers', `${name}.json`);
}
