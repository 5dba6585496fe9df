import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { asksLivez } from '../../../src/app/serve/systemd.js';
import type { Api } from '../../../src/streaming/http/answer.js';
import { startFeed } from '../../streaming/feed/feed-harness.js';

const TLS = 'test/fixtures/field/tls/first';

describe('the question whether a service lives', () => {
  const api = (answer: Api['answer']): Api => ({
    settings: { routes: [{ method: 'GET', path: '/livez', role: 'anyone' }] },
    answer,
    access: { users: [{ name: 'kim', role: 'viewer', tokens: ['x'] }], proxies: { trusted: [] } },
  });

  for (const [name, tls] of [
    ['http', undefined],
    ['https', { certPath: `${TLS}-cert.pem`, keyPath: `${TLS}-key.pem` }],
  ] as const)
    it(`is answered by the owner of the server over ${name}, without a token, and by nobody once it has ended`, async () => {
      let status = 200;
      const feed = await startFeed({ api: api(() => ({ status, body: 'x' })), ...(tls !== undefined && { tls }) });
      const { server } = feed;
      const isAlive = asksLivez(server.url.replace(/^ws/, 'http'));
      assert.match(server.url, tls === undefined ? /^ws:/ : /^wss:/);
      assert.equal(await isAlive(), true);
      status = 503;
      // An answer is kept for a moment.
      feed.nowMs += 1000;
      assert.equal(await isAlive(), false);
      status = 200;
      await server.close();
      assert.equal(await isAlive(), false);
    });

  it('is answered with no by a server that is silent', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    assert.equal(await asksLivez(`http://127.0.0.1:${port}`, 50)(), false);
    server.close();
  });
});
