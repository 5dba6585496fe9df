import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { asapScheduler, asyncScheduler } from 'rxjs';
import { PlaylistWatch } from '../../../src/streaming/hls/playlist-watch.js';
import { HttpServers } from '../../helpers/http-servers.js';

/** A playlist whose first segment has the number. */
const list = (sequence: number, ...more: string[]): string =>
  [
    '#EXTM3U',
    '#EXT-X-TARGETDURATION:1',
    `#EXT-X-MEDIA-SEQUENCE:${sequence}`,
    '#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:05Z',
    '#EXTINF:1,',
    `${sequence}.ts`,
    ...more,
  ].join('\n');

describe('the watch over a playlist', () => {
  const servers = new HttpServers();
  const watches: PlaylistWatch[] = [];
  let requests: string[] = [];
  let onRequest = (): void => undefined;
  afterEach(async () => {
    for (const watch of watches.splice(0)) await watch.stop();
    await servers.close();
    requests = [];
  });
  const serve = (listener: RequestListener): Promise<string> =>
    servers.serve((request, response) => {
      requests.push(request.url!);
      listener(request, response);
      onRequest();
    });
  /** Polls without a pause. */
  const watch = (url: string, timeoutMs = 10_000): PlaylistWatch => {
    const impatient = {
      now: () => asyncScheduler.now(),
      schedule: (work: () => void, delayMs: number) =>
        (delayMs === timeoutMs ? asyncScheduler : asapScheduler).schedule(work, delayMs === timeoutMs ? delayMs : 0),
    };
    const started = new PlaylistWatch(url, { scheduler: impatient as never, timeoutMs });
    watches.push(started);
    return started;
  };
  const requested = async (count: number): Promise<void> => {
    while (requests.length < count)
      await new Promise<void>((resolve) => {
        onRequest = resolve;
      });
  };

  it('follows the stream from the master playlist to its first variant, over redirects', async () => {
    let sequence = 0;
    const base = await serve(({ url }, response) => {
      if (url === '/moved.m3u8') response.writeHead(302, { location: '/a/master.m3u8' }).end();
      else if (url === '/a/master.m3u8')
        response.end(
          '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8?k=1\n#EXT-X-STREAM-INF:BANDWIDTH=2\nhigh.m3u8\n',
        );
      else response.end(list(sequence++));
    });
    const playlist = watch(`${base}/moved.m3u8`);
    await requested(8);
    assert.deepEqual(requests.slice(0, 5), [
      '/moved.m3u8',
      '/a/master.m3u8',
      '/a/low.m3u8?k=1',
      '/a/low.m3u8?k=1',
      '/a/low.m3u8?k=1',
    ]);
    assert.equal(playlist.find(`${base}/a/2.ts`)?.startUnixMs, Date.UTC(2026, 0, 2, 3, 4, 5));
    assert.equal(playlist.targetDurationMs, 1_000);
  });

  it('sends the credentials of its URL, even if their bytes are not UTF-8', async () => {
    const seen: (string | undefined)[] = [];
    const base = await serve(({ headers, url }, response) => {
      seen.push(headers.authorization);
      if (url === '/') response.writeHead(302, { location: `${base.replace('://', '://me:%ff@')}/list.m3u8` }).end();
      else response.end(list(0, '#EXT-X-ENDLIST'));
    });
    watch(`${base.replace('://', '://me:s3cr%40t%C5%82@')}/`);
    await requested(2);
    const basic = (credentials: Buffer): string => `Basic ${credentials.toString('base64')}`;
    assert.deepEqual(seen, [basic(Buffer.from('me:s3cr@tł')), basic(Buffer.from('me:\xff', 'latin1'))]);
  });

  it('ends with a stream that has ended', async () => {
    const base = await serve((_, response) => response.end(list(0, '#EXT-X-ENDLIST')));
    const playlist = watch(base);
    await requested(1);
    while (playlist.find(`${base}/0.ts`) === undefined) await new Promise(setImmediate);
    await new Promise(setImmediate);
    assert.equal(requests.length, 1);
  });

  it('retries after no answer, an error, or another document', async () => {
    let count = 0;
    const base = await serve((_, response) => {
      count += 1;
      if (count === 1) response.destroy();
      else if (count === 2) response.writeHead(503).end();
      else if (count === 3) response.end('<html>');
      else if (count > 4) response.end(list(count));
    });
    const playlist = watch(base, 60);
    await requested(6);
    assert.notEqual(playlist.find(`${base}/5.ts`), undefined);
  });

  it('ends cycles of playlists and endless redirects', async () => {
    const base = await serve(({ url }, response) => {
      if (url === '/redirect') response.writeHead(302, { location: '/redirect' }).end();
      else response.end('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nself.m3u8\n');
    });
    watch(`${base}/self.m3u8`);
    await requested(4);
    await new Promise(setImmediate);
    assert.equal(requests.length, 4);
  });

  it('limits the size of an answer to that of a playlist', async () => {
    let sentBytes = 0;
    let isClosed = (): void => undefined;
    const closed = new Promise<void>((resolve) => {
      isClosed = resolve;
    });
    const base = await serve((_, response) => {
      if (requests.length > 1) return;
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, '#EXTM3U\n'))) sentBytes += 65_536;
        if (!response.destroyed) response.once('drain', pour);
      };
      pour();
      response.once('close', isClosed);
    });
    const playlist = watch(base);
    await closed;
    assert.ok(sentBytes < 32 * 2 ** 20, `${sentBytes}`);
    assert.equal(playlist.targetDurationMs, undefined);
  });

  it('closes the connection at once when stopped', async () => {
    const base = await serve(() => undefined);
    const playlist = watch(base);
    await requested(1);
    await playlist.stop();
    assert.equal(requests.length, 1);
  });
});
