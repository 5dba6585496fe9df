import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ApiPart } from '../../../src/streaming/http/api-part.js';
import type { Answer, Write } from '../../../src/streaming/http/answer.js';
import { temporaryFolder } from '../../helpers/temporary.js';

describe('answers of the owner', () => {
  const folder = temporaryFolder();
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** @param ask the owner */
  const start = async (ask: (what: string, query: string, write?: Write) => Promise<Answer>) => {
    const clock = { nowMs: 0, now: () => clock.nowMs };
    const timers = new Set<() => void>();
    const part = new ApiPart(
      {
        routes: [
          { method: 'GET', path: '/livez', role: 'anyone' },
          { method: 'GET', path: '/api/stats', role: 'viewer' },
          { method: 'GET', path: '/api/cameras/{camera}', role: 'viewer' },
          { method: 'PUT', path: '/api/cameras/{camera}/switches/{switch}', role: 'operator' },
        ],
      },
      {
        ask,
        join: () => Promise.resolve(),
        left: () => undefined,
        delivered: () => undefined,
        missed: () => undefined,
      },
      {
        clock,
        after: (_, action) => {
          timers.add(action);
          return () => timers.delete(action);
        },
      },
    );
    server = createServer((request, response) => {
      if (!part.answer(request, response, { user: { name: 'kim', role: 'admin' }, body: { on: true } }))
        response.writeHead(418).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const get = (path: string, method = 'GET', headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
    return { part, clock, get, timers };
  };

  it('serve equal requests for a quarter of a second, and are asked for anew then', async () => {
    const asked: string[] = [];
    const { get, clock } = await start((what, query) => {
      asked.push(`${what}?${query}`);
      return Promise.resolve({ status: 200, contentType: 'text/plain', body: `answer ${asked.length}` });
    });
    const texts = await Promise.all([1, 2, 3].map(async () => (await get('/api/stats')).text()));
    assert.deepEqual(texts, ['answer 1', 'answer 1', 'answer 1']);
    clock.nowMs = 250;
    assert.equal(await (await get('/api/stats')).text(), 'answer 2');
    assert.equal(await (await get('/api/stats?x=1')).text(), 'answer 3');
    assert.deepEqual(asked, ['GET /api/stats?', 'GET /api/stats?', 'GET /api/stats?x=1']);
  });

  it('are 503 if the owner does not give one', async () => {
    const { get, timers } = await start(() => new Promise(() => undefined));
    const answer = get('/livez');
    while (timers.size === 0) await new Promise((resolve) => setImmediate(resolve));
    for (const fire of timers) fire();
    assert.equal((await answer).status, 503);
    assert.equal(timers.size, 0);
  });

  it('are 503 for further requests while many wait for a silent owner', async () => {
    let asked = 0;
    const { get } = await start(() => {
      asked += 1;
      return new Promise(() => undefined);
    });
    const waiting = Array.from({ length: 64 }, (_, i) => get(`/api/cameras/${i}`));
    waiting.forEach((answer) => void answer.catch(() => undefined));
    while (asked < 64) await new Promise((resolve) => setImmediate(resolve));
    assert.equal((await get('/api/cameras/one-more')).status, 503);
    assert.equal(asked, 64);
  });

  it('are limited in number, however different the requests of a client are', async () => {
    let asked = 0;
    const { get, clock } = await start(() => {
      asked += 1;
      return Promise.resolve({ status: 200, contentType: 'text/plain', body: 'ok' });
    });
    const statuses = new Set<number>();
    for (let i = 0; i < 120; i++) statuses.add((await get(`/api/cameras/${i}`)).status);
    assert.deepEqual([asked, [...statuses]], [100, [200, 503]]);
    clock.nowMs = 1000;
    assert.equal((await get('/api/cameras/later')).status, 200);
  });

  it('reach supervisors, however often other clients ask', async () => {
    const asked: string[] = [];
    const { get, clock } = await start((what) => {
      asked.push(what);
      return Promise.resolve({ status: 200, contentType: 'text/plain', body: 'ok' });
    });
    for (let i = 0; i < 101; i++) await get(`/api/cameras/${i}`);
    asked.length = 0;
    for (const atMs of [0, 5, 10]) {
      clock.nowMs = atMs;
      assert.deepEqual([(await get('/livez')).status, (await get('/livez?x')).status], [200, 503]);
    }
    assert.deepEqual(asked, ['GET /livez'], 'equal requests share an answer');
  });

  it('reach supervisors while many other requests wait', async () => {
    let asked = 0;
    const { get } = await start((what) => {
      asked += 1;
      return what === 'GET /livez'
        ? Promise.resolve({ status: 200, contentType: 'text/plain', body: 'ok' })
        : new Promise(() => undefined);
    });
    const waiting = Array.from({ length: 64 }, (_, i) => get(`/api/cameras/${i}`));
    waiting.forEach((answer) => void answer.catch(() => undefined));
    while (asked < 64) await new Promise((resolve) => setImmediate(resolve));
    assert.equal((await get('/livez')).status, 200);
  });

  it('for supervisors are shared, also where no further answers are kept', async () => {
    let asked = 0;
    const { get, clock } = await start((what) => {
      if (what === 'GET /livez') asked += 1;
      return Promise.resolve({ status: 200, contentType: 'text/plain', body: 'ok' });
    });
    for (let i = 0; i < 300; i++) {
      if (i % 100 === 0) clock.nowMs += 2000;
      await get(`/api/cameras/${i}`);
    }
    for (let i = 0; i < 5; i++) await get('/livez');
    assert.equal(asked, 1);
  });

  it('for supervisors are 503 if the owner is silent, and do not pile up', async () => {
    let asked = 0;
    const { get, clock, timers } = await start(() => {
      asked += 1;
      return new Promise(() => undefined);
    });
    for (let i = 0; i < 100; i++) {
      clock.nowMs = i * 250;
      const answer = get('/livez');
      if (i < 96) while (timers.size === 0) await new Promise((resolve) => setImmediate(resolve));
      for (const fire of timers) fire();
      assert.equal((await answer).status, 503);
    }
    assert.equal(asked, 96);
  });

  it('have no body for HEAD, and are for reading alone', async () => {
    const { get } = await start(() => Promise.resolve({ status: 200, contentType: 'text/plain', body: 'ok' }));
    const head = await get('/livez', 'HEAD');
    assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '2', '']);
    assert.equal((await get('/livez', 'POST')).status, 418);
    for (const path of ['/apix', '/livezz', '/', '/api/cameras', '/api/cameras/a/b', '/api/cameras/%'])
      assert.equal((await get(path)).status, 418, path);
  });

  it('may be a file, of which each client gets the part that it asks for', async () => {
    let asked = 0;
    const file = join(folder(), 'clip.mp4');
    writeFileSync(file, '0123456789');
    const { get } = await start(() => {
      asked += 1;
      return Promise.resolve({ status: 200, contentType: 'video/mp4', file });
    });
    const parts = ['bytes=0-1', 'bytes=-1'].map(async (range) => (await get('/api/stats', 'GET', { range })).text());
    assert.deepEqual(await Promise.all(parts), ['01', '9']);
    const { status, headers } = await get('/api/stats');
    assert.deepEqual(
      [status, headers.get('content-type'), headers.get('cache-control')],
      [200, 'video/mp4', 'no-store'],
    );
    assert.equal(asked, 1);
  });

  it('are asked for each time that something changes, with the user, and readers then see the change', async () => {
    const asked: unknown[] = [];
    const { get } = await start((what, _, write) => {
      asked.push([what, write]);
      return Promise.resolve({ status: 200, contentType: 'text/plain', body: String(asked.length) });
    });
    const write = { body: { on: true }, by: 'kim' };
    assert.equal(await (await get('/api/stats')).text(), '1');
    for (const count of ['2', '3']) assert.equal(await (await get('/api/cameras/a/switches/b', 'PUT')).text(), count);
    assert.equal(await (await get('/api/stats')).text(), '4');
    const put = ['PUT /api/cameras/a/switches/b', write];
    assert.deepEqual(asked, [['GET /api/stats', undefined], put, put, ['GET /api/stats', undefined]]);
  });

  it('are refused to clients that change too much', async () => {
    const { get, clock } = await start(() => Promise.resolve({ status: 200, contentType: 'text/plain', body: 'ok' }));
    const statuses: number[] = [];
    for (let i = 0; i < 21; i++) statuses.push((await get('/api/cameras/a/switches/b', 'PUT')).status);
    assert.deepEqual(statuses, [...Array<number>(20).fill(200), 503]);
    assert.equal((await get('/api/stats')).status, 200);
    clock.nowMs = 1000;
    assert.equal((await get('/api/cameras/a/switches/b', 'PUT')).status, 200);
  });

  it('need a viewer where anyone may ask, as soon as the request has a query', async () => {
    const { part } = await start(() => new Promise(() => undefined));
    assert.deepEqual(part.rule('GET', '/livez', ''), { role: 'anyone' });
    assert.deepEqual(part.rule('GET', '/livez', 'x'), { role: 'viewer' });
    assert.deepEqual(part.rule('PUT', '/api/cameras/a/switches/b', ''), { role: 'operator', takesBody: true });
    assert.equal(part.rule('PUT', '/livez', ''), undefined);
  });
});
