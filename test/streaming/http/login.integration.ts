import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Api, Write } from '../../../src/streaming/http/answer.js';
import { perceptOf } from '../events.js';
import { connect, refusalOf, startFeed, type FeedHarness } from '../feed/feed-harness.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const ROUTES: Api['settings']['routes'] = [
  { method: 'GET', path: '/livez', role: 'anyone' },
  { method: 'GET', path: '/api/stats', role: 'viewer' },
  { method: 'PUT', path: '/api/switch', role: 'operator' },
  { method: 'GET', path: '/api/config', role: 'admin' },
];

type Request = { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string };

describe('users of the server', () => {
  let feed: FeedHarness;
  let asked: (readonly [string, Write | undefined])[] = [];
  afterEach(() => feed.server.close());

  const start = async (users: readonly (readonly [string, 'viewer' | 'operator' | 'admin'])[]) => {
    asked = [];
    feed = await startFeed({
      api: {
        settings: { routes: ROUTES },
        answer: (what, _, write) => {
          asked.push([what, write]);
          return { status: 200, contentType: 'application/json', body: '{}' };
        },
        access: {
          users: users.map(([name, role]) => ({ name, role, tokens: [`of ${name}`] })),
          proxies: { trusted: ['127.0.0.1'] },
        },
      },
    });
  };
  const ask = (path: string, { method = 'GET', headers = {}, body }: Request = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${feed.server.port}${path}`, { method, headers, ...(body !== undefined && { body }) });
  const json = { 'content-type': 'application/json' };
  const as = (name: string): Record<string, string> => ({ authorization: `Bearer of ${name}` });
  const logIn = (token: string, headers: Record<string, string> = {}): Promise<Response> =>
    ask('/api/login', { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify({ token }) });
  const EVERYONE = [
    ['vera', 'viewer'],
    ['oleg', 'operator'],
    ['ada', 'admin'],
  ] as const;

  it('may do what their roles allow, and the owner is not asked for anything else', async () => {
    await start(EVERYONE);
    const statuses: Record<string, number[]> = {};
    for (const [who, headers] of [
      ['nobody', {}],
      ['vera', as('vera')],
      ['oleg', as('oleg')],
      ['ada', { authorization: `Basic ${Buffer.from('ada:of ada').toString('base64')}` }],
    ] as const) {
      statuses[who] = [];
      for (const [path, method] of [
        ['/livez', 'GET'],
        ['/api/stats', 'GET'],
        ['/api/switch', 'PUT'],
        ['/api/config', 'GET'],
      ] as const)
        statuses[who].push((await ask(path, { method, headers })).status);
    }
    assert.deepEqual(statuses, {
      nobody: [200, 401, 401, 401],
      vera: [200, 200, 403, 403],
      oleg: [200, 200, 200, 403],
      ada: [200, 200, 200, 200],
    });
    assert.deepEqual(
      asked.filter(([what]) => what === 'PUT /api/switch').map(([, write]) => write?.by),
      ['oleg', 'ada'],
    );
    const refused = await ask('/api/config', { headers: as('vera') });
    assert.match(await refused.text(), /needs the role admin, and the token of vera has the role viewer/);
    assert.equal((await ask('/api/stats')).headers.get('www-authenticate'), 'Bearer realm="nowcast"');
  });

  it('log in with a token and get a cookie, which opens the feed as well, until they log out', async () => {
    await start(EVERYONE);
    const session = async (headers: Record<string, string> = {}): Promise<unknown> =>
      (await ask('/api/session', { headers })).json();
    assert.deepEqual(await session(), { auth: 'required', isOpenToNetwork: false, user: null });
    assert.equal((await logIn('of nobody')).status, 401);
    const answer = await logIn('of oleg');
    const oleg = { auth: 'required', isOpenToNetwork: false, user: { name: 'oleg', role: 'operator' } };
    assert.deepEqual([answer.status, await answer.json()], [200, oleg]);
    const cookie = answer.headers.get('set-cookie')!.split(';')[0];
    assert.deepEqual(await session({ cookie }), oleg);
    assert.equal((await ask('/api/switch', { method: 'PUT', headers: { cookie } })).status, 200);
    const client = await connect(feed.server, { headers: { cookie } });
    feed.server.publish(perceptOf(1));
    await client.until(({ type }) => type === 'percept');
    assert.equal((await ask('/api/logout', { method: 'POST', headers: { cookie } })).status, 200);
    assert.equal((await ask('/api/stats', { headers: { cookie } })).status, 401);
    assert.equal((await refusalOf(feed.server.url, { headers: { cookie } })).status, 401);
  });

  it('try ten tokens at once and no more, each address for itself; a cookie of an encrypted way is for those', async () => {
    await start(EVERYONE);
    const guesses: number[] = [];
    for (let i = 0; i < 11; i++) guesses.push((await logIn(`guess ${i}`)).status);
    assert.deepEqual(guesses, [...Array<number>(10).fill(401), 429]);
    // The proxy at 127.0.0.1 speaks for another client.
    const other = await logIn('of vera', { 'x-forwarded-for': '203.0.113.5', 'x-forwarded-proto': 'https' });
    assert.equal(other.status, 200);
    assert.match(other.headers.get('set-cookie')!, /; Secure$/);
    feed.nowMs += 10_000;
    assert.equal((await logIn('of vera')).status, 200);
  });

  it('change nothing from foreign pages, in other types than JSON, or at length', async () => {
    await start(EVERYONE);
    const put = (headers: Record<string, string>, body?: string): Promise<Response> =>
      ask('/api/switch', {
        method: 'PUT',
        headers: { ...as('oleg'), ...headers },
        ...(body !== undefined && { body }),
      });
    assert.equal((await put({ ...json, origin: 'https://evil.example' }, '{}')).status, 403);
    assert.equal((await put({ 'content-type': 'text/plain' }, '{}')).status, 415);
    assert.equal((await put({ 'content-type': 'application/jsonx' }, '{}')).status, 415);
    assert.equal((await put(json, '{"on"')).status, 400);
    assert.equal((await put(json, ' '.repeat(4097))).status, 413);
    assert.deepEqual(asked, []);
    const own = { ...json, origin: `http://127.0.0.1:${feed.server.port}` };
    assert.equal((await put(own, '{"on": true}')).status, 200);
    assert.deepEqual(asked, [['PUT /api/switch', { body: { on: true }, by: 'oleg' }]]);
    assert.equal((await ask('/api/stats', { method: 'PUT', headers: as('ada') })).status, 405);
  });

  it('are everyone where none is named', async () => {
    await start([]);
    const everyone = { auth: 'none', isOpenToNetwork: false, user: { name: 'everyone', role: 'admin' } };
    assert.deepEqual(await (await ask('/api/session')).json(), everyone);
    assert.equal((await ask('/api/config')).status, 200);
    assert.equal((await logIn('of oleg')).status, 401);
  });

  it('lose their connections when they log out or are removed; others keep theirs', async () => {
    await start(EVERYONE);
    const cookie = (await logIn('of oleg')).headers.get('set-cookie')!.split(';')[0];
    const [ofCookie, ofVera, ofAda] = [
      await connect(feed.server, { headers: { cookie } }),
      await connect(feed.server, { headers: as('vera') }),
      await connect(feed.server, { headers: as('ada') }),
    ];
    feed.tick();
    assert.equal((await ask('/api/logout', { method: 'POST', headers: { cookie } })).status, 200);
    feed.tick();
    assert.deepEqual(await ofCookie.closed, {
      code: 3000,
      reason: 'the token or the login is not valid any more',
    });
    const users = [{ name: 'ada', role: 'viewer', tokens: ['of ada'] }] as const;
    feed.server.setAccess({ api: { users, proxies: { trusted: [] } } });
    await turn();
    feed.tick();
    assert.equal((await ofVera.closed).code, 3000);
    feed.server.publish(perceptOf(1));
    await ofAda.until(({ type }) => type === 'percept');
    ofAda.socket.terminate();
  });

  it('lose their session with their token', async () => {
    const path = join(folder(), 'tokens');
    writeFileSync(path, 'old\nother\n');
    feed = await startFeed({
      tokenFile: path,
      api: { settings: { routes: ROUTES }, answer: () => ({ status: 200, body: 'ok' }) },
    });
    const answer = await logIn('old');
    const cookie = answer.headers.get('set-cookie')!.split(';')[0];
    assert.equal((await ask('/api/stats', { headers: { cookie } })).status, 200);
    writeFileSync(path, 'other\n');
    for (let i = 0; i < 5; i++) {
      feed.tick();
      await turn();
    }
    assert.equal((await ask('/api/stats', { headers: { cookie } })).status, 401);
  });

  const folder = temporaryFolder();
});
