import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  cameraScript,
  reply,
  ScriptedRtspServer,
  type Script,
  type ScriptedRequest,
} from '../../helpers/scripted-rtsp-server.js';
import { watch } from './rtsp-session-harness.js';

const servers: ScriptedRtspServer[] = [];
async function serve(script: Script): Promise<ScriptedRtspServer> {
  const server = await ScriptedRtspServer.start(script);
  servers.push(server);
  return server;
}

const PASSWORD = 'p@ss:w/rd';

function withCredentials(url: string, password = PASSWORD): string {
  return url.replace('//', `//viewer:${password}@`);
}

/** True if a request answers the challenge of this nonce, by the formula of RFC 2069. */
function isRight(request: ScriptedRequest, nonce: string): boolean {
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const response = md5(`${md5(`viewer:yard, "cam":${PASSWORD}`)}:${nonce}:${md5(`${request.method}:${request.url}`)}`);
  return request.headers.get('authorization')?.includes(`response="${response}"`) === true;
}

function challenge(request: ScriptedRequest, nonce: string, more = ''): string {
  return reply(request, '401 Unauthorized', {
    'WWW-Authenticate': `Digest realm="yard, \\"cam\\"", nonce="${nonce}"${more}`,
  });
}

describe('openRtspSession and access', () => {
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it('answers a challenge, sends its answer with every request from then on, and nothing before', async () => {
    const plain = cameraScript();
    const server = await serve((request, socket) =>
      isRight(request, 'n1') ? plain(request, socket) : challenge(request, 'n1'),
    );
    const { session, opened, notices } = watch(withCredentials(server.url));
    await opened;
    session.stop();
    await session.ended;
    assert.deepEqual(server.methods, ['OPTIONS', 'OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'TEARDOWN']);
    assert.equal(server.requests[0].headers.get('authorization'), undefined);
    assert.ok(server.requests.slice(1).every((request) => isRight(request, 'n1')));
    assert.ok(server.requests.every(({ url }) => !url.includes('@')));
    assert.deepEqual(notices, []);
  });

  it('answers to a realm and for a user with letters beyond Latin', async () => {
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    const asBytes = (text: string): string => Buffer.from(text).toString('latin1');
    const plain = cameraScript();
    const server = await serve((request, socket) => {
      const authorization = request.headers.get('authorization') ?? '';
      const wanted = md5(`${md5(`łukasz:dvůr:${PASSWORD}`)}:n1:${md5(`${request.method}:${request.url}`)}`);
      const isKnown =
        authorization.includes(`username="${asBytes('łukasz')}", realm="${asBytes('dvůr')}"`) &&
        authorization.includes(`response="${wanted}"`);
      return isKnown
        ? plain(request, socket)
        : reply(request, '401 Unauthorized', { 'WWW-Authenticate': 'Digest realm="dvůr", nonce="n1"' });
    });
    const { session, opened } = watch(server.url.replace('//', `//łukasz:${PASSWORD}@`));
    await opened;
    session.stop();
    await session.ended;
  });

  it('answers at any step', async () => {
    const server = await serve(
      cameraScript({
        SETUP: (request) =>
          isRight(request, 'late') ? reply(request, '200 OK', { Session: '1' }) : challenge(request, 'late'),
      }),
    );
    const { session, opened } = watch(withCredentials(server.url));
    await opened;
    session.stop();
    await session.ended;
  });

  it('answers again if the nonce is stale, and if each nonce is valid for one request', async () => {
    const stale = await serve(
      cameraScript({
        DESCRIBE: (request) => {
          if (isRight(request, 'n2')) return cameraScript()(request, undefined as never);
          return request.headers.has('authorization')
            ? challenge(request, 'n2', ', stale=true')
            : challenge(request, 'n1');
        },
      }),
    );
    let count = 0;
    let expected = '';
    const plain = cameraScript();
    const once = await serve((request, socket) => {
      const wasRight = isRight(request, expected);
      expected = `n${count++}`;
      return wasRight ? plain(request, socket) : challenge(request, expected);
    });
    for (const server of [stale, once]) {
      const { session, opened } = watch(withCredentials(server.url));
      await opened;
      session.stop();
      assert.equal((await session.ended).kind, 'stopped');
    }
  });

  it('tries a wrong password once', async () => {
    let count = 0;
    const server = await serve((request) => challenge(request, `n${count++}`));
    const { session, notices } = watch(withCredentials(server.url, 'wrong-password'));
    const end = await session.ended;
    assert.deepEqual(end, { kind: 'refused', reason: '401 unauthorised: check user and password' });
    assert.equal(server.requests.length, 2);
    assert.ok(![...notices, end.reason].join().includes('wrong-password'));
  });

  it('reconnects if the server hangs up after its challenge', async () => {
    const plain = cameraScript();
    const server = await serve((request, socket) =>
      isRight(request, 'n1') ? plain(request, socket) : void socket.end(challenge(request, 'n1')),
    );
    const { session, opened } = watch(withCredentials(server.url));
    await opened;
    assert.equal(server.sockets.length, 2);
    session.stop();
    await session.ended;
  });

  it('uses Basic if nothing better is offered, and warns that anyone can read it', async () => {
    const plain = cameraScript();
    const server = await serve((request, socket) =>
      request.headers.get('authorization') === `Basic ${Buffer.from(`viewer:${PASSWORD}`).toString('base64')}`
        ? plain(request, socket)
        : reply(request, '401 Unauthorized', { 'WWW-Authenticate': 'Basic realm="cam"' }),
    );
    const { session, opened, notices } = watch(withCredentials(server.url));
    await opened;
    session.stop();
    await session.ended;
    assert.match(notices.join(), /unencrypted \(Basic/);
  });

  it('follows a redirect, and takes the password to the same host', async () => {
    const plain = cameraScript();
    const target = await serve((request, socket) =>
      isRight(request, 'n1') ? plain(request, socket) : challenge(request, 'n1'),
    );
    const server = await serve(
      cameraScript({ DESCRIBE: (request) => reply(request, '302 Found', { Location: target.url }) }),
    );
    const { session, opened, notices } = watch(withCredentials(server.url));
    await opened;
    assert.deepEqual(notices, [`the camera redirects to 127.0.0.1:${target.port}`]);
    session.stop();
    await session.ended;
    await server.until(() => server.sockets.every((socket) => socket.destroyed));
  });

  it('sends no password to another host', async () => {
    const target = await serve((request) => challenge(request, 'n1'));
    const server = await serve(
      cameraScript({
        DESCRIBE: (request) =>
          reply(request, '301 Moved Permanently', { Location: target.url.replace('127.0.0.1', 'localhost') }),
      }),
    );
    assert.equal(
      (await watch(withCredentials(server.url)).session.ended).reason,
      '401 unauthorised: check user and password',
    );
    assert.ok(target.requests.every(({ headers }) => !headers.has('authorization')));
  });

  it('ends a cycle of redirects', async () => {
    const server = await serve(
      cameraScript({ OPTIONS: (request) => reply(request, '302 Found', { Location: request.url }) }),
    );
    assert.deepEqual(await watch(server.url).session.ended, {
      kind: 'refused',
      reason: 'the camera redirects more than 5 times',
    });
    assert.equal(server.requests.length, 6);
  });
});
