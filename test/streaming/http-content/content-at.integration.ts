import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { contentAt } from '../../../src/streaming/http-content/content-at.js';
import { clipFolder, NEEDS_FFMPEG, pattern } from '../../helpers/clips.js';
import { HttpServers } from '../../helpers/http-servers.js';
import { itNeeds } from '../../helpers/needs.js';

const LIVE = '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.ts\n';

const isRecording = async (url: string): Promise<boolean> => (await contentAt(url)).isRecording;

describe('the content of an address', function () {
  this.timeout(120_000);
  const servers = new HttpServers();
  const clips = clipFolder();
  afterEach(() => servers.close());

  const serve = (listener: RequestListener): Promise<string> => servers.serve(listener);
  const whole =
    (body: string | Buffer, type = 'application/octet-stream'): RequestListener =>
    (_, response) =>
      response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body);
  const inPieces =
    (bytes: Buffer): RequestListener =>
    (_, response) => {
      response.writeHead(200);
      for (let at = 0; at < bytes.length; at += 10_000) response.write(bytes.subarray(at, at + 10_000));
      response.end();
    };

  for (const [name, ...options] of [
    ['fast.mp4', '-movflags', 'faststart'],
    ['slow.mp4'],
    ['fragmented.mp4', '-movflags', 'frag_keyframe+empty_moov'],
    ['a.mkv'],
    ['a.ts'],
    ['a.flv'],
    ['a.avi'],
  ] as const) {
    itNeeds(
      NEEDS_FFMPEG,
      `is a recording for ${name}, with and without a length, redirected, and of no type`,
      async () => {
        const path = clips.make(...pattern('64x64', 10, 1), '-c:v', 'libx264', ...options, name);
        const bytes = readFileSync(path);
        assert.equal(await isRecording(`${await serve(whole(bytes))}/x?id=5`), true, 'with a length');
        const pieces = await serve(inPieces(bytes));
        assert.equal(await isRecording(`${pieces}/cam`), true, 'in pieces');
        const moved = await serve((_, response) => response.writeHead(302, { location: pieces }).end());
        assert.equal(await isRecording(moved), true, 'redirected');
      },
    );
  }

  const cases: readonly [string, boolean, RequestListener][] = [
    ['a playlist that goes on', false, whole(LIVE)],
    ['a playlist with an end', true, whole(`${LIVE}#EXT-X-ENDLIST\n`)],
    [
      'a master playlist of one with an end',
      true,
      ({ url }, response) =>
        response.end(url === '/a/b' ? `${LIVE}#EXT-X-ENDLIST\n` : '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n/a/b\n'),
    ],
    ['a playlist that lists itself', false, whole('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n/\n')],
    ['a manifest with an end', true, whole('<MPD type="static">')],
    ['a live manifest', false, whole('<MPD xmlns="x" type="dynamic">')],
    ['a JPEG', false, whole(Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'image/jpeg')],
    ['a missing file', false, (_, response) => response.writeHead(404).end()],
    ['a broken answer', false, (_, response) => response.socket!.destroy()],
  ];
  for (const [title, wanted, listener] of cases)
    it(`is ${wanted ? 'a recording' : 'no recording'} for ${title}`, async () =>
      assert.equal(await isRecording(await serve(listener)), wanted));

  it('is no recording for a live stream, whose connection it closes', async () => {
    const packets = Buffer.concat(
      Array.from({ length: 20 }, () => Buffer.concat([Buffer.from([0x47]), Buffer.alloc(187)])),
    );
    let isClosed = false;
    const base = await serve((_: IncomingMessage, response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'video/mp2t' }).write(packets);
      response.once('close', () => {
        isClosed = true;
      });
    });
    assert.equal(await isRecording(base), false);
    await servers.close();
    assert.ok(isClosed);
  });

  const named: readonly [string, RequestListener, RegExp, boolean?][] = [
    ['a missing file', (_, response) => response.writeHead(404).end(), /404/],
    ['a wrong password', (_, response) => response.writeHead(401).end(), /401|password/],
    ['a web page', whole('<!doctype html><html></html>', 'text/html'), /^it gives a web page$/],
    ['a text', whole('hello', 'text/plain'), /^it gives no video \(text\/plain\)$/],
    ['a broken answer', (_, response) => response.socket!.destroy(), /./],
    ['pictures', whole('--x', 'multipart/x-mixed-replace; boundary=x'), /^it gives the pictures of a camera$/, true],
    ['a playlist', whole(LIVE), /^it gives a playlist that goes on$/, true],
  ];
  for (const [title, listener, found, isPlayable = false] of named)
    it(`is named for ${title}`, async () => {
      const content = await contentAt(await serve(listener));
      assert.match(content.found, found);
      assert.equal(content.isPlayable, isPlayable);
    });

  it('sends the password to the server of the address alone', async () => {
    const asked: string[] = [];
    const other = await serve(({ headers }, response) => {
      asked.push(headers.authorization ?? 'none');
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    const base = await serve(({ headers }, response) =>
      headers.authorization === undefined
        ? response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
        : response.end(`#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${other}/a.m3u8\n`),
    );
    assert.equal(await isRecording(base.replace('://', '://me:p@ss#1@')), false);
    assert.deepEqual(asked, ['none']);
  });

  it('is no recording where nothing answers, and for an invalid address', async () => {
    assert.equal(await isRecording('http://127.0.0.1:1/x.mp4'), false);
    assert.equal(await isRecording('http://[/'), false);
  });
});
