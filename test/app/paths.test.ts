import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cacheDir, packageFile, packageVersion } from '../../src/app/paths.js';

describe('the cache folder', () => {
  for (const [what, env, path] of [
    ['is what NOWCAST_CACHE says', { NOWCAST_CACHE: '/c', XDG_CACHE_HOME: '/x' }, '/c'],
    ['lies in XDG_CACHE_HOME', { NOWCAST_CACHE: '', XDG_CACHE_HOME: '/x' }, '/x/nowcast'],
    ['ignores a relative XDG_CACHE_HOME', { XDG_CACHE_HOME: 'x' }, '/home/u/.cache/nowcast'],
    ['lies in ~/.cache', {}, '/home/u/.cache/nowcast'],
  ] as const)
    it(what, () => assert.equal(cacheDir(env, '/home/u'), path));
});

describe('the package', () => {
  it('is found from the compiled files', () => {
    assert.ok(existsSync(packageFile('package.json')));
    assert.match(packageVersion(), /^\d+\.\d+\.\d+/);
  });
});
