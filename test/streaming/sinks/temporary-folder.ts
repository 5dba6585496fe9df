import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh folder for each test of the `describe` this is called in, removed after it. Returns paths inside. */
export function temporaryFolder(): (name: string) => string {
  let folder = '';
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'nowcast-test-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}
