import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { asyncScheduler } from 'rxjs';
import sharp from 'sharp';
import type { UnitStream } from '../../../src/core/coded-unit.js';
import {
  HttpPictureReader,
  type HttpPicturesOptions,
} from '../../../src/streaming/http-pictures/http-picture-reader.js';
import { NEEDS_FFMPEG, pattern } from '../../helpers/clips.js';
import { HttpServers } from '../../helpers/http-servers.js';
import { monotonicClock } from '../../helpers/monotonic.js';
import { itNeeds } from '../../helpers/needs.js';
import { StreamRecord } from '../mpegts/recorded-stream.js';

const OPTIONS: HttpPicturesOptions = {
  clock: monotonicClock,
  scheduler: asyncScheduler,
  timeoutMs: 10_000,
  snapshotIntervalMs: 5,
};

describe('a camera over HTTP', function () {
  this.timeout(120_000);
  const servers = new HttpServers();
  const streams: UnitStream[] = [];
  let pictures: Buffer[] = [];
  before(async () => {
    pictures = await Promise.all(
      [10, 90, 200].map((grey) =>
        sharp({ create: { width: 64, height: 48, channels: 3, background: { r: grey, g: grey, b: grey } } })
          .jpeg()
          .toBuffer(),
      ),
    );
  });
  afterEach(async () => {
    for (const stream of streams.splice(0)) {
      stream.stop();
      await stream.ended;
    }
    await servers.close();
  });
  const serve = (listener: RequestListener): Promise<string> => servers.serve(listener);
  const readTo = (reader: HttpPictureReader): { stream: UnitStream; record: StreamRecord } => {
    const record = new StreamRecord();
    const stream = reader.open(record);
    streams.push(stream);
    return { stream, record };
  };
  const watch = (
    url: string,
    options: Partial<HttpPicturesOptions> = {},
  ): { stream: UnitStream; record: StreamRecord } => readTo(new HttpPictureReader(url, { ...OPTIONS, ...options }));

  it('emits each picture with its last byte, without waiting for the next', async () => {
    let write = (_bytes: string | Buffer): void => undefined;
    const base = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary="--a b"' });
      response.flushHeaders();
      write = (bytes) => {
        response.write(bytes);
      };
    });
    const { record } = watch(`${base}/video`);
    await record.until(() => record.aliveCount > 0);
    for (const [i, picture] of pictures.entries()) {
      write(
        `--a b\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\nX-Timestamp: 170000000${i}.250\r\n\r\n`,
      );
      write(picture);
      // The next picture is sent only after this one has arrived.
      await record.until(() => record.units.length === i + 1);
      write('\r\n');
    }
    assert.deepEqual(record.opened, [{ codec: 'mjpeg', transport: 'HTTP' }]);
    assert.deepEqual(
      record.units.map(({ data }) => Buffer.from(data).toString('hex')),
      pictures.map((picture) => picture.toString('hex')),
    );
    assert.deepEqual(
      record.units.map(({ mediaMs, isKey, damaged }) => [mediaMs, isKey, damaged]),
      [1_700_000_000_250, 1_700_000_001_250, 1_700_000_002_250].map((ms) => [ms, true, false]),
    );
    assert.deepEqual(
      record.reports.map(({ senderMs, mediaMs, arrivedAtMs }) => [senderMs, mediaMs, arrivedAtMs]),
      record.units.map(({ mediaMs, arrivedAtMs }) => [mediaMs, mediaMs, arrivedAtMs]),
    );
  });

  it('times pictures by their arrival if the camera gives no times, or the same one repeatedly', async () => {
    const base = await serve((request, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=b' });
      const header = request.url === '/still' ? 'X-Timestamp: 0.000000\r\n' : '';
      for (const picture of pictures)
        response.write(Buffer.concat([Buffer.from(`--b\r\n${header}\r\n`), picture, Buffer.from('\r\n')]));
    });
    for (const path of ['/none', '/still']) {
      const { record } = watch(`${base}${path}`);
      await record.until(() => record.units.length === 3);
      assert.ok(
        record.units.every(
          ({ mediaMs, arrivedAtMs, untimed }) => mediaMs === arrivedAtMs && untimed!.beganAtMs! <= arrivedAtMs,
        ),
      );
      assert.equal(record.notices.length, path === '/still' ? 1 : 0);
    }
  });

  it('marks a truncated picture', async () => {
    const base = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=b' });
      for (const bytes of [pictures[0].subarray(0, 200), pictures[1]])
        response.write(Buffer.concat([Buffer.from('--b\r\n\r\n'), bytes, Buffer.from('\r\n')]));
    });
    const { record } = watch(base);
    await record.until(() => record.units.length === 2);
    assert.deepEqual(
      record.units.map(({ damaged }) => damaged),
      [true, false],
    );
  });

  it('requests single pictures repeatedly over one connection, and takes identical bytes for the same picture', async () => {
    let count = 0;
    const base = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'image/jpeg' }).end(pictures[Math.min(2, Math.floor(count++ / 3))]),
    );
    const { record } = watch(`${base}/snapshot.jpg`);
    await record.until(() => record.aliveCount > 40);
    assert.deepEqual(
      record.units.map(({ data }) => Buffer.from(data).toString('hex')),
      pictures.map((picture) => picture.toString('hex')),
    );
    assert.deepEqual(record.notices, ['the camera answers with single pictures: Nowcast requests one every 0.005 s']);
    assert.equal(servers.connections, 1);
    // Each was captured after the request that got the previous picture.
    const bounds = record.units.map(({ untimed }) => untimed!.takenAfterMs);
    assert.equal(bounds[0], undefined);
    record.units
      .slice(1)
      .forEach(({ untimed, arrivedAtMs }, i) =>
        assert.ok(
          bounds[i + 1]! > record.units[i].arrivedAtMs - 1_000 &&
            untimed!.beganAtMs! > bounds[i + 1]! &&
            arrivedAtMs >= untimed!.beganAtMs!,
        ),
      );
  });

  it("does not count the last connection's picture as new on the next connection", async () => {
    let current = pictures[0];
    const base = await serve((_, response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end(current));
    const reader = new HttpPictureReader(base, OPTIONS);
    const before = readTo(reader);
    await before.record.until(() => before.record.units.length === 1);
    before.stream.stop();
    await before.stream.ended;
    const after = readTo(reader);
    await after.record.until(() => after.record.aliveCount > 10);
    assert.equal(after.record.units.length, 0);
    current = pictures[1];
    await after.record.until(() => after.record.units.length === 1);
    assert.deepEqual(after.record.notices, []);
  });

  it('follows redirects, and sends the password only to the camera itself', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(200, { 'content-type': 'image/jpeg' }).end(pictures[0]);
    });
    const base = await serve((request, response) => {
      if (request.url === '/elsewhere' && request.headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="cam"' }).end();
      else if (request.url === '/elsewhere') response.writeHead(302, { location: `${other}/video` }).end();
      else response.writeHead(301, { location: '/elsewhere' }).end();
    });
    const { record } = watch(`${base.replace('://', '://me:s3cr%40t@')}/`);
    await record.until(() => record.units.length === 1);
    assert.deepEqual(seen.slice(0, 1), [undefined]);
  });

  it('answers a basic challenge, warns about it, and reports a refusal', async () => {
    const base = await serve((request, response) => {
      if (request.headers.authorization === `Basic ${Buffer.from('me:s3cr@t').toString('base64')}`)
        response.writeHead(200, { 'content-type': 'image/jpeg' }).end(pictures[0]);
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="cam"' }).end();
    });
    for (const typed of ['me:s3cr@t@', 'me:s3cr%40t@']) {
      const { record } = watch(`${base.replace('://', `://${typed}`)}/`);
      await record.until(() => record.units.length === 1);
      assert.match(record.notices[0], /password unencrypted/);
    }
    for (const url of [base, base.replace('://', '://me:wrong@')]) {
      assert.deepEqual(await watch(url).stream.ended, {
        kind: 'refused',
        reason: '401 unauthorised: check user and password',
      });
    }
  });

  it('answers a digest challenge for each request, and again for a nonce that is too old', async () => {
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    let uses = 0;
    const base = await serve((request, response) => {
      const nonce = `n${Math.floor(uses / 3)}`;
      const field = (name: string): string =>
        new RegExp(`\\b${name}="?([^",]*)`).exec(request.headers.authorization ?? '')?.[1] ?? '';
      const wanted = md5(
        `${md5('me:cam:p#ss')}:${nonce}:${field('nc')}:${field('cnonce')}:auth:${md5(`GET:${request.url}`)}`,
      );
      if (field('response') === wanted && field('uri') === request.url) {
        uses += 1;
        response.writeHead(200, { 'content-type': 'image/jpeg' }).end(pictures[uses % 3]);
      } else
        response
          .writeHead(401, {
            'www-authenticate': `Digest realm="cam", qop="auth", nonce="${nonce}"${field('nonce') === '' ? '' : ', stale=true'}`,
          })
          .end();
    });
    const { record } = watch(`${base.replace('://', '://me:p#ss@')}/snap.jpg?size=1`);
    await record.until(() => record.units.length === 8);
    assert.ok(!record.notices.some((text) => text.includes('unencrypted')));
  });

  it('answers a digest challenge of a realm and for a user with letters beyond Latin', async () => {
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    const asBytes = (text: string): string => Buffer.from(text).toString('latin1');
    const base = await serve((request, response) => {
      const wanted = md5(`${md5('łukasz:dvůr:p#ss')}:n1:${md5(`GET:${request.url}`)}`);
      const authorization = request.headers.authorization ?? '';
      if (
        authorization.includes(`username="${asBytes('łukasz')}", realm="${asBytes('dvůr')}"`) &&
        authorization.includes(`response="${wanted}"`)
      ) {
        response.writeHead(200, { 'content-type': 'image/jpeg' }).end(pictures[0]);
      } else response.writeHead(401, { 'www-authenticate': `Digest realm="${asBytes('dvůr')}", nonce="n1"` }).end();
    });
    const { record } = watch(`${base.replace('://', '://łukasz:p#ss@')}/snap.jpg`);
    await record.until(() => record.units.length === 1);
  });

  it('stops reading an answer that contains no pictures', async () => {
    let sentBytes = 0;
    let isClosed = (): void => undefined;
    const closed = new Promise<void>((resolve) => {
      isClosed = resolve;
    });
    const base = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'video/mp2t' });
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) sentBytes += 65_536;
        response.once('drain', pour);
      };
      pour();
      response.once('close', isClosed);
    });
    const end = await watch(base).stream.ended;
    assert.deepEqual(end, { kind: 'unsupported', reason: 'the camera answers with video/mp2t, not with JPEGs' });
    await closed;
    // Such as fits into the buffers of two sockets.
    assert.ok(sentBytes < 16 * 2 ** 20, `${sentBytes}`);
  });

  for (const [title, listener, kind, reason] of [
    [
      'a challenge of a kind that is not known',
      (_, response) => response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end(),
      'refused',
      /^401 unauthorised/,
    ],
    [
      'an answer that is not of HTTP/1',
      (_, response) => response.socket!.end('ICY 200 OK\r\n\r\n'),
      'unsupported',
      /other than HTTP/,
    ],
    [
      'a server error',
      (_, response) => response.writeHead(503).end(),
      'refused',
      /^the camera answers with a server error/,
    ],
    [
      'PNG',
      (_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('x'),
      'unsupported',
      /answers with image\/png/,
    ],
    [
      'a part that is a PNG',
      (_, response) =>
        response
          .writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=b' })
          .end('--b\r\nContent-Type: image/png\r\nContent-Length: 3\r\n\r\nPNG\r\n'),
      'unsupported',
      /image\/png that are not a JPEG/,
    ],
    [
      'a video',
      (_, response) => response.writeHead(200, { 'content-type': 'video/mp2t' }).end('x'),
      'unsupported',
      /video\/mp2t/,
    ],
    ['404', (_, response) => response.writeHead(404).end(), 'refused', /^404 no such stream/],
    [
      'redirects without end',
      (_, response) => response.writeHead(302, { location: '/' }).end(),
      'refused',
      /redirects more than 5 times/,
    ],
    [
      'a redirect to a file',
      (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      'refused',
      /is not HTTP/,
    ],
  ] as readonly [string, RequestListener, string, RegExp][]) {
    it(`ends as ${kind} at ${title}`, async () => {
      const end = await watch(await serve(listener)).stream.ended;
      assert.equal(end.kind, kind);
      assert.match(end.reason, reason);
    });
  }

  it('ends as away without an answer, and as lost if the camera hangs up', async () => {
    assert.deepEqual(await watch('http://127.0.0.1:9/').stream.ended, {
      kind: 'away',
      reason: 'connection refused: the machine is there, nothing listens on this port',
    });
    assert.deepEqual(await watch('http://nowhere.invalid/').stream.ended, {
      kind: 'away',
      reason: 'unknown host: check the name',
    });
    const base = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=b' });
      response.write(Buffer.concat([Buffer.from('--b\r\n\r\n'), pictures[0], Buffer.from('\r\n')]));
      setImmediate(() => response.destroy());
    });
    assert.equal((await watch(base).stream.ended).kind, 'lost');
    const silent = await serve(() => undefined);
    assert.deepEqual(await watch(silent, { timeoutMs: 50 }).stream.ended, {
      kind: 'away',
      reason: 'timed out: the camera does not answer',
    });
  });

  itNeeds(NEEDS_FFMPEG, 'reads multipart from ffmpeg', async () => {
    const sent = execFileSync(
      'ffmpeg',
      ['-nostdin', '-v', 'error', ...pattern('160x120', 10, 1), '-f', 'mpjpeg', '-'],
      { maxBuffer: 2 ** 26 },
    );
    const base = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace;boundary=ffmpeg' }).end(sent),
    );
    const { record, stream } = watch(base);
    await stream.ended;
    assert.deepEqual(
      record.units.map(({ damaged }) => damaged),
      Array.from({ length: 10 }, () => false),
    );
    const decoder = spawn(
      'ffmpeg',
      ['-nostdin', '-v', 'warning', '-f', 'mjpeg', '-i', 'pipe:0', '-f', 'framecrc', '-'],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    const printed: Buffer[] = [];
    decoder.stdout.on('data', (bytes: Buffer) => printed.push(bytes));
    decoder.stdin.end(Buffer.concat(record.units.map(({ data }) => data)));
    await once(decoder, 'close');
    assert.equal(Buffer.concat(printed).toString().match(/^0,/gm)?.length, 10);
  });
});
