import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A separate folder for every test of the calling suite, removed when the test ends. */
export function temporaryFolder(): () => string {
  let folder: string | undefined;
  afterEach(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    folder = undefined;
  });
  return () => (folder ??= newFolder());
}

/** One folder for all tests of the calling suite, removed when the suite ends. */
export function suiteFolder(): () => string {
  let folder: string | undefined;
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  return () => (folder ??= newFolder());
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'nowcast-test-'));
}
