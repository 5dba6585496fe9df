import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hidingScript } from '../../../src/streaming/ffmpeg/hiding-script.js';
import { itNeeds } from '../../helpers/needs.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const NEEDS = { Linux: process.platform === 'linux' };

describe('the script that hides files', () => {
  const folder = temporaryFolder();
  const mounted = (shown: readonly string[], env: Record<string, string> = {}): string[] =>
    [...hidingScript(shown, env).matchAll(/'(\S+) \/sys\S+ none /g)].map(([, path]) => path);

  itNeeds(NEEDS, 'shows the libraries and certificates that the environment names', () => {
    const [libraries, certificate] = [join(folder(), 'lib'), join(folder(), 'own.pem')];
    mkdirSync(libraries);
    writeFileSync(certificate, '');
    const shown = mounted([], { LD_LIBRARY_PATH: `:${libraries}:/`, SSL_CERT_FILE: certificate, HOME: folder() });
    assert.deepEqual(
      shown.filter((path) => !mounted([]).includes(path)),
      [libraries, certificate],
    );
  });

  itNeeds(NEEDS, 'passes over places that are absent or cannot be looked at', () => {
    const loop = join(folder(), 'loop');
    symlinkSync(loop, loop);
    assert.deepEqual(mounted([loop, join(folder(), 'absent')]), mounted([]));
  });

  itNeeds(NEEDS, 'mounts a place once, and none that is inside another', () => {
    assert.deepEqual(mounted(['/usr/bin/ffmpeg', '/usr', '/dev/null']), mounted([]));
  });
});
