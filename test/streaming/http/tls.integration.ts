import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { UsageError } from '../../../src/core/errors.js';
import { readTls } from '../../../src/streaming/http/tls.js';
import { perceptOf } from '../events.js';
import { connect, startFeed } from '../feed/feed-harness.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const FIXTURES = 'test/fixtures/field/tls';

describe('TLS', () => {
  const folder = temporaryFolder();
  const files = (cert = 'first', key = cert): { certPath: string; keyPath: string } => {
    const [certPath, keyPath] = [join(folder(), 'cert.pem'), join(folder(), 'key.pem')];
    copyFileSync(join(FIXTURES, `${cert}-cert.pem`), certPath);
    copyFileSync(join(FIXTURES, `${key}-key.pem`), keyPath);
    return { certPath, keyPath };
  };

  it('serves feed and HTTP at wss and https', async () => {
    const { server } = await startFeed({ tls: files() });
    try {
      assert.match(server.url, /^wss:\/\/127\.0\.0\.1:\d+\/$/);
      const client = await connect(server, { rejectUnauthorized: false });
      server.publish(perceptOf(1));
      await client.until(({ type }) => type === 'percept');
      const asked = get(server.url.replace('wss', 'https'), { rejectUnauthorized: false });
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      let text = '';
      for await (const chunk of response) text += String(chunk);
      assert.equal((JSON.parse(text) as { connect: string }).connect, server.url);
    } finally {
      await server.close();
    }
  });

  it('reads the files again when they change, and keeps the former ones while the new ones do not fit', async () => {
    const tls = files();
    const feed = await startFeed({ tls });
    const look = async (): Promise<void> => {
      for (let i = 0; i < 5; i++) {
        feed.tick();
        await turn();
      }
    };
    try {
      assert.equal(await organisation(feed.server.port), 'first');
      copyFileSync(join(FIXTURES, 'second-cert.pem'), tls.certPath);
      await look();
      assert.equal(await organisation(feed.server.port), 'first');
      assert.equal(feed.warnings.length, 1);
      assert.match(feed.warnings[0], /does not fit the TLS certificate .*; the former content stays in use/);
      copyFileSync(join(FIXTURES, 'second-key.pem'), tls.keyPath);
      await look();
      assert.equal(await organisation(feed.server.port), 'second');
    } finally {
      await feed.server.close();
    }
  });

  it('names a file that is missing, is not PEM, is encrypted or does not fit', () => {
    const fails = (paths: { certPath: string; keyPath: string }, message: RegExp): void =>
      assert.throws(
        () => readTls(paths),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    fails({ ...files(), certPath: join(folder(), 'none.pem') }, /the TLS certificate .*none\.pem does not exist/);
    fails(files('first', 'second'), /the TLS key .*key\.pem does not fit the TLS certificate .*cert\.pem/);
    fails(files('first', 'encrypted'), /key\.pem is encrypted/);
    const { certPath, keyPath } = files();
    fails({ certPath: keyPath, keyPath: certPath }, /key\.pem holds no certificate/);
    writeFileSync(certPath, '-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n');
    fails({ certPath, keyPath }, /cannot be used/);
  });
});

async function organisation(port: number): Promise<string> {
  const socket: TLSSocket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.O;
}
