import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineFingerprint } from '../../src/model/machine-fingerprint.js';
import { recallProvider, rememberProvider, type ProviderChoiceKey } from '../../src/model/provider-cache.js';
import { tempFolder } from './temp-folder.js';

const KEY: ProviderChoiceKey = {
  machine: {
    platform: 'linux',
    arch: 'x64',
    cpu: 'a cpu',
    cores: 8,
    onnxRuntime: '1.30.0',
    libraries: ['libonnxruntime.so.1'],
    devices: ['nvidia0'],
  },
  modelSha256: 'ab'.repeat(32),
  input: { width: 416, height: 416 },
  threads: 2,
};
const CHOICE = { provider: 'cuda', medianMs: { cpu: 15.2, cuda: 3.1 } } as const;

describe('provider cache', () => {
  const folder = tempFolder();
  const onlyFile = (): string => join(folder.path, 'providers', readdirSync(join(folder.path, 'providers'))[0]);

  it('returns the remembered choice', async () => {
    await rememberProvider(folder.path, KEY, CHOICE);
    assert.equal(await recallProvider(folder.path, KEY), 'cuda');
  });

  it('has no choice in an empty or absent folder', async () => {
    assert.equal(await recallProvider(folder.path, KEY), undefined);
    assert.equal(await recallProvider(join(folder.path, 'absent'), KEY), undefined);
  });

  const others: Record<string, ProviderChoiceKey> = {
    'another model': { ...KEY, modelSha256: 'cd'.repeat(32) },
    'another input': { ...KEY, input: { width: 640, height: 416 } },
    'another thread count': { ...KEY, threads: 1 },
    'another ONNX Runtime': { ...KEY, machine: { ...KEY.machine, onnxRuntime: '1.31.0' } },
    'a provider library that was installed since': {
      ...KEY,
      machine: { ...KEY.machine, libraries: ['libonnxruntime.so.1', 'libonnxruntime_providers_cuda.so'] },
    },
    'a device that was taken out': { ...KEY, machine: { ...KEY.machine, devices: [] } },
  };
  for (const [what, key] of Object.entries(others)) {
    it(`does not hold for ${what}`, async () => {
      await rememberProvider(folder.path, KEY, CHOICE);
      assert.equal(await recallProvider(folder.path, key), undefined);
    });
  }

  for (const damage of ['', '{"provider": "cu', 'null', '{}', '{"provider": "auto"}', '{"provider": "abacus"}', '[]']) {
    it(`ignores a damaged file and replaces it: ${JSON.stringify(damage)}`, async () => {
      await rememberProvider(folder.path, KEY, CHOICE);
      writeFileSync(onlyFile(), damage);
      assert.equal(await recallProvider(folder.path, KEY), undefined);
      await rememberProvider(folder.path, KEY, CHOICE);
      assert.equal(await recallProvider(folder.path, KEY), 'cuda');
    });
  }

  it('reports a folder that cannot be created', async () => {
    writeFileSync(join(folder.path, 'file'), '');
    await assert.rejects(rememberProvider(join(folder.path, 'file'), KEY, CHOICE), { code: 'NOWCAST_OUTPUT' });
  });
});

describe('machineFingerprint', () => {
  it('is the same each time on one machine', async () => {
    const first = await machineFingerprint();
    assert.deepEqual(await machineFingerprint(), first);
    assert.match(first.onnxRuntime, /^\d+\.\d+\.\d+/);
    assert.ok(
      first.libraries.some((name) => name.includes('onnxruntime')),
      first.libraries.join(),
    );
  });
});
