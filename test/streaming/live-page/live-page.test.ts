import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { LivePage } from '../../../src/streaming/live-page/live-page.js';
import type { PictureFacts } from '../../../src/streaming/live-page/page-messages.js';
import { startFeed, type FeedHarness } from '../feed/feed-harness.js';

const picture = (seq: number): [PictureFacts, Uint8Array] => [
  { seq, capturedAt: 1000 + seq, truth: [{ box: [1, 2, 3, 4], class: 'car', trackId: 7 }], width: 720, height: 450 },
  Uint8Array.of(0xff, 0xd8, seq),
];

async function readPicture(response: Response): Promise<{ facts: PictureFacts; jpeg: Uint8Array }> {
  const body = await response.arrayBuffer();
  const length = new DataView(body).getUint32(0);
  return {
    facts: JSON.parse(Buffer.from(body, 4, length).toString()) as PictureFacts,
    jpeg: new Uint8Array(body, 4 + length),
  };
}

describe('a live page', () => {
  let feed: FeedHarness;
  let page: LivePage;
  let slowed: number[];
  let address = '';
  beforeEach(async () => {
    slowed = [];
    page = new LivePage((extraMs) => slowed.push(extraMs));
    feed = await startFeed({ pages: page.pages });
    address = feed.server.url.replace('ws', 'http');
  });
  afterEach(() => feed.server.close());

  it('is served with its files beside the feed, and nothing else of the disk', async () => {
    const index = await fetch(address);
    assert.match(await index.text(), /<title>Nowcast, live<\/title>/);
    assert.match(index.headers.get('content-security-policy') ?? '', /default-src 'self'/);
    for (const [name, type] of [
      ['main.js', 'text/javascript'],
      ['style.css', 'text/css'],
    ]) {
      const file = await fetch(address + name);
      assert.equal(file.status, 200, name);
      assert.match(file.headers.get('content-type') ?? '', new RegExp(type));
    }
    for (const name of ['tsconfig.json', 'main.js.map', '..%2flive-page.js', 'nothing.js'])
      assert.equal((await fetch(address + name)).status, 404, name);
    assert.equal((await fetch(`${address}schema`)).status, 200);
  });

  it('survives requests for any address', async () => {
    for (const path of ['//', '//:', 'http://[', '/%', '/picture/%2e%2e', '*']) {
      const asking = request({ host: '127.0.0.1', port: feed.server.port, path, headers: { host: 'localhost' } }).end();
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      response.resume();
      assert.equal(response.statusCode, 404, path);
    }
  });

  it('sends the headers of an endless answer at once', async () => {
    for (const path of ['picture', 'events'])
      assert.equal((await fetch(address + path, { method: 'HEAD' })).status, 404, path);
    assert.equal((await fetch(`${address}main.js`, { method: 'HEAD' })).status, 200);
  });

  it('serves the newest picture at once, and the next one when it comes', async () => {
    page.show(...picture(3));
    page.show(...picture(4));
    const first = await readPicture(await fetch(`${address}picture`));
    assert.deepEqual(first, { facts: picture(4)[0], jpeg: picture(4)[1] });
    const asking = fetch(`${address}picture?after=4`);
    const asked = fetch(`${address}picture?after=4`);
    // Both wait when a third one gets its response.
    await fetch(`${address}schema`);
    page.show(...picture(9));
    for (const response of await Promise.all([asking, asked])) assert.equal((await readPicture(response)).facts.seq, 9);
  });

  it('drops requests of clients that went away', async () => {
    const asking = request(`${address}picture?after=0`).end();
    const gone = once(asking, 'error');
    await once(asking, 'socket');
    asking.destroy();
    await gone;
    page.show(...picture(1));
    assert.equal((await readPicture(await fetch(`${address}picture`))).facts.seq, 1);
  });

  it('sends its events, and the newest of each kind to late clients', async () => {
    await page.send({ type: 'scoring', done: 0, total: 9 });
    await page.send({ type: 'scoring', done: 1, total: 9 });
    const reader = (await fetch(`${address}events`)).body!.getReader();
    const next = async (): Promise<string> => Buffer.from((await reader.read()).value ?? []).toString();
    assert.equal(await next(), 'data: {"type":"scoring","done":1,"total":9}\n\n');
    await page.send({ type: 'scoring', done: 2, total: 9 });
    assert.equal(await next(), 'data: {"type":"scoring","done":2,"total":9}\n\n');
    await reader.cancel();
    await page.send({ type: 'scoring', done: 3, total: 9 });
  });

  it("accepts the detector's delay only from its own pages and among its choices", async () => {
    assert.equal((await fetch(`${address}slow?ms=100`, { method: 'POST' })).status, 204);
    assert.equal((await fetch(`${address}slow?ms=99999`, { method: 'POST' })).status, 400);
    assert.equal(
      (await fetch(`${address}slow?ms=100`, { method: 'POST', headers: { origin: 'http://elsewhere.example' } }))
        .status,
      403,
    );
    assert.equal((await fetch(`${address}slow?ms=100`)).status, 404);
    assert.deepEqual(slowed, [100]);
  });
});
