import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { hasProgram, itNeeds } from '../../helpers/needs.js';
import { cameraScript, ScriptedRtspServer } from '../../helpers/scripted-rtsp-server.js';
import { watch } from './rtsp-session-harness.js';

const needs = { openssl: hasProgram('openssl', 'version') };

describe('openRtspSession over TLS', function () {
  this.timeout(120_000);
  itNeeds(needs, 'reads from a camera with a self-signed certificate, and warns about it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nowcast-tls-'));
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const made = spawnSync('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      certificate,
      '-days',
      '2',
      '-subj',
      '/CN=camera',
    ]);
    assert.equal(made.status, 0, made.stderr.toString());
    const camera = await ScriptedRtspServer.start(cameraScript());
    // TLS ends here; the camera behind it speaks plain RTSP.
    const front = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) => {
      const behind = connect(camera.port, '127.0.0.1');
      socket.pipe(behind).pipe(socket);
      socket.on('error', () => behind.destroy());
      behind.on('error', () => socket.destroy());
    }).listen(0, '127.0.0.1');
    await once(front, 'listening');
    try {
      const { session, opened, notices } = watch(`rtsps://127.0.0.1:${(front.address() as AddressInfo).port}/cam`);
      assert.equal((await opened).transport, 'tls');
      assert.equal(notices.length, 1);
      assert.match(notices[0], /machine does not trust the signer of the camera's certificate/);
      session.stop();
      assert.equal((await session.ended).kind, 'stopped');
      assert.equal(camera.methods.at(-1), 'TEARDOWN');
    } finally {
      front.close();
      await camera.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('reports plain RTSP on a TLS port', async () => {
    const camera = await ScriptedRtspServer.start(cameraScript());
    try {
      const { session } = watch(camera.url.replace('rtsp:', 'rtsps:'), { timeoutMs: 2_000 });
      await camera.until(() => camera.sockets.length > 0);
      // A real server replies to the TLS greeting, which is not a request, with an error.
      camera.send('RTSP/1.0 400 Bad Request\r\n\r\n');
      assert.deepEqual(await session.ended, {
        kind: 'unsupported',
        reason: 'the camera offers no TLS version that Nowcast supports',
      });
    } finally {
      await camera.close();
    }
  });
});
