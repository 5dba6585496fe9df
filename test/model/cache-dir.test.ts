import assert from 'node:assert/strict';
import { join } from 'node:path';
import { defaultCacheDir } from '../../src/model/cache-dir.js';

describe('defaultCacheDir', () => {
  it('takes what the user set first', () => {
    assert.equal(defaultCacheDir({ NOWCAST_CACHE_DIR: '/own', XDG_CACHE_HOME: '/xdg' }, 'linux', '/home/me'), '/own');
  });

  it('takes the system\'s place for caches', () => {
    assert.equal(defaultCacheDir({ XDG_CACHE_HOME: '/xdg' }, 'linux', '/home/me'), '/xdg/nowcast');
    assert.equal(defaultCacheDir({}, 'linux', '/home/me'), '/home/me/.cache/nowcast');
    assert.equal(defaultCacheDir({ XDG_CACHE_HOME: 'relative' }, 'linux', '/home/me'), '/home/me/.cache/nowcast');
    assert.equal(defaultCacheDir({}, 'darwin', '/Users/me'), '/Users/me/Library/Caches/nowcast');
    assert.equal(defaultCacheDir({ LOCALAPPDATA: '/local' }, 'win32', '/me'), join('/local', 'nowcast'));
  });
});
