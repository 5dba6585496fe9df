import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DownloadProgress } from '../../src/model/download.js';
import { serializeOnnx } from '../../src/model/onnx/model-file.js';
import { pullModel } from '../../src/model/pull.js';
import type { ZooEntry } from '../../src/model/zoo.js';
import { itNeeds } from '../helpers/needs.js';
import { fileServer, type FileServer, type Serving } from './file-server.js';
import { pixelModel } from './pixel-model.js';
import { tempFolder } from './temp-folder.js';

const BODY = serializeOnnx(pixelModel({ output: [1, 21, 85] }));
const SHA256 = createHash('sha256').update(BODY).digest('hex');
const HALF = Math.floor(BODY.length / 2);

describe('pullModel', () => {
  const folder = tempFolder();
  const cacheDir = (): string => join(folder.path, 'cache');
  const files = (): string[] => readdirSync(cacheDir()).sort();
  let server: FileServer | undefined;
  const serve = async (serving: Serving | ((request: number) => Serving)): Promise<FileServer> =>
    (server = await fileServer(typeof serving === 'function' ? serving : () => serving));
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const entry = (url: string, more: Partial<ZooEntry> = {}): ZooEntry => ({
    name: 'pixels',
    licence: 'own',
    sha256: SHA256,
    file: 'm.onnx',
    url,
    input: { width: 32, height: 32 },
    labels: 'coco',
    parametersM: BODY.length / 1e6,
    ...more,
  });
  /** Breaks the first connection when half of the file has been written. */
  const cutAtHalf = ({ receivedBytes }: DownloadProgress): void => {
    if (receivedBytes === HALF && server?.requests.length === 1) server.cut();
  };
  const known = { bytes: BODY.length };

  it('downloads a file, checks its hash, and reports its progress', async () => {
    const { url } = await serve({ body: BODY });
    const seen: DownloadProgress[] = [];
    const pulled = await pullModel(entry(url, known), { cacheDir: cacheDir(), onProgress: (p) => seen.push(p) });
    assert.deepEqual(pulled, {
      path: join(cacheDir(), 'm.onnx'),
      bytes: BODY.length,
      sha256: SHA256,
      outcome: 'downloaded',
    });
    assert.deepEqual(readFileSync(pulled.path), Buffer.from(BODY));
    assert.deepEqual(files(), ['m.onnx']);
    assert.deepEqual(seen[0], { receivedBytes: 0, totalBytes: BODY.length });
    assert.deepEqual(seen.at(-1), { receivedBytes: BODY.length, totalBytes: BODY.length });
  });

  it('fetches nothing if the right file exists', async () => {
    const { url, requests } = await serve({ body: BODY });
    await pullModel(entry(url, known), { cacheDir: cacheDir() });
    assert.equal((await pullModel(entry(url, known), { cacheDir: cacheDir() })).outcome, 'present');
    assert.equal(requests.length, 1);
  });

  it('refuses an existing wrong file, and leaves it unchanged', async () => {
    mkdirSync(cacheDir());
    writeFileSync(join(cacheDir(), 'm.onnx'), 'mine');
    await assert.rejects(pullModel(entry('http://127.0.0.1:1/', known), { cacheDir: cacheDir() }), {
      name: 'ModelError',
      code: 'NOWCAST_MODEL_SHA256',
      message: /m\.onnx is not pixels.*remove it and run `nowcast models pull pixels`/,
    });
    assert.deepEqual(files(), ['m.onnx']);
  });

  it('refuses a download with a wrong sha256 and removes it', async () => {
    const { url } = await serve({ body: BODY, etag: '"1"' });
    await assert.rejects(
      pullModel(entry(url, { sha256: '0'.repeat(64) }), { cacheDir: cacheDir() }),
      (error: Error) => {
        assert.deepEqual(
          [
            error.name,
            error.message.includes(SHA256),
            error.message.includes('0'.repeat(64)),
            error.message.includes(url),
          ],
          ['ModelError', true, true, true],
        );
        return true;
      },
    );
    assert.deepEqual(files(), []);
  });

  it('refuses a file of another size before fetching it', async () => {
    const { url } = await serve({ body: BODY });
    await assert.rejects(pullModel(entry(url, { bytes: 5 }), { cacheDir: cacheDir() }), {
      name: 'ModelError',
      message: new RegExp(`the server has ${BODY.length} bytes, not the 5`),
    });
    assert.deepEqual(files(), []);
  });

  it('resumes a broken connection at once', async () => {
    const { url, requests } = await serve((n) => ({
      body: BODY,
      etag: '"1"',
      ...(n === 0 ? { stallAfter: HALF } : {}),
    }));
    const pulled = await pullModel(entry(url, known), { cacheDir: cacheDir(), onProgress: cutAtHalf });
    assert.equal(pulled.sha256, SHA256);
    assert.deepEqual(
      requests.map((r) => [r.range, r['if-range']]),
      [
        [undefined, undefined],
        [`bytes=${HALF}-`, '"1"'],
      ],
    );
    assert.deepEqual(files(), ['m.onnx']);
  });

  it('ends a connection that brings nothing for a time, and resumes', async () => {
    const { url, requests } = await serve((n) => ({
      body: BODY,
      etag: '"1"',
      ...(n === 0 ? { stallAfter: HALF } : {}),
    }));
    const pulled = await pullModel(entry(url, known), { cacheDir: cacheDir(), stallMs: 200 });
    assert.equal(pulled.sha256, SHA256);
    assert.equal(requests[1].range, `bytes=${HALF}-`);
  });

  it('gives up on a server that never answers, and says so', async () => {
    const { url } = await serve(() => ({ body: BODY, stallAfter: 0 }));
    await assert.rejects(
      pullModel(entry(url, known), { cacheDir: cacheDir(), stallMs: 100 }),
      /nothing came for 0\.1 s/,
    );
  });

  it('ends a download that grows beyond its size, and removes it', async () => {
    const { url } = await serve(() => ({ body: BODY, chunked: true }));
    await assert.rejects(pullModel(entry(url, { bytes: HALF }), { cacheDir: cacheDir() }), {
      name: 'ModelError',
      message: new RegExp(`the server sends more than the ${HALF} bytes`),
    });
    assert.deepEqual(files(), []);
  });

  it('follows redirects, but not for ever', async () => {
    const { url } = await serve((n) => ({ body: BODY, ...(n === 0 ? { redirect: './elsewhere' } : {}) }));
    assert.equal((await pullModel(entry(url, known), { cacheDir: cacheDir() })).sha256, SHA256);
    await server?.close();
    rmSync(cacheDir(), { recursive: true });
    const circle = await serve(() => ({ body: BODY, redirect: '/m.onnx' }));
    await assert.rejects(pullModel(entry(circle.url, known), { cacheDir: cacheDir() }), /redirects more than 5 times/);
  });

  for (const target of ['http://127.0.0.1:1/m.onnx', 'file:///etc/passwd', 'http://['])
    it(`does not follow a redirect from https to ${target}`, async () => {
      const asked: string[] = [];
      const fetch = (input: unknown): Promise<Response> => {
        asked.push(String(input));
        return Promise.resolve(new Response(null, { status: 302, headers: { location: target } }));
      };
      await assert.rejects(
        pullModel(entry('https://models.example.org/m.onnx', known), { cacheDir: cacheDir(), fetch }),
        (error: Error) => error.message.includes(`the server redirects to ${target}; only https: addresses`),
      );
      assert.deepEqual(asked, ['https://models.example.org/m.onnx']);
    });

  it('gives up on a stalled connection, and continues in the next call', async () => {
    const { url, requests } = await serve((n) => ({
      body: BODY,
      etag: '"1"',
      ...(n === 0 ? { stallAfter: HALF } : n === 1 ? { refused: true } : {}),
    }));
    await assert.rejects(
      pullModel(entry(url, known), { cacheDir: cacheDir(), onProgress: cutAtHalf }),
      (error: Error) => {
        assert.match(error.message, /Run the command again, which continues the download/);
        assert.ok(error.message.includes(url) && error.message.includes(join(cacheDir(), 'm.onnx')));
        return true;
      },
    );
    assert.equal(readFileSync(join(cacheDir(), 'm.onnx.part')).length, HALF);
    assert.equal((await pullModel(entry(url, known), { cacheDir: cacheDir() })).sha256, SHA256);
    assert.equal(requests[2].range, `bytes=${HALF}-`);
  });

  it('starts over if the server has no ranges', async () => {
    const { url, requests } = await serve((n) => ({
      body: BODY,
      ranges: false,
      etag: '"1"',
      ...(n === 0 ? { stallAfter: HALF } : {}),
    }));
    assert.equal((await pullModel(entry(url, known), { cacheDir: cacheDir(), onProgress: cutAtHalf })).sha256, SHA256);
    assert.equal(requests.length, 2);
  });

  it('starts over if the file has changed on the server', async () => {
    const other = Uint8Array.from(BODY, (byte, i) => (i < HALF ? 255 : byte));
    const { url } = await serve((n) =>
      n === 0 ? { body: other, etag: '"1"', stallAfter: HALF } : { body: BODY, etag: '"2"' },
    );
    assert.equal((await pullModel(entry(url, known), { cacheDir: cacheDir(), onProgress: cutAtHalf })).sha256, SHA256);
  });

  it('continues without an ETag that proves the same file, because its hash decides', async () => {
    const { url, requests } = await serve((n) => ({
      body: BODY,
      etag: 'W/"1"',
      ...(n === 0 ? { stallAfter: HALF } : {}),
    }));
    assert.equal((await pullModel(entry(url), { cacheDir: cacheDir(), onProgress: cutAtHalf })).sha256, SHA256);
    assert.deepEqual(
      requests.map((r) => [r.range, r['if-range']]),
      [
        [undefined, undefined],
        [`bytes=${HALF}-`, undefined],
      ],
    );
  });

  it('refuses another part than the requested one', async () => {
    mkdirSync(cacheDir());
    writeFileSync(join(cacheDir(), 'm.onnx.part'), BODY.subarray(0, HALF));
    const { url } = await serve({ body: BODY, ranges: 'wrong' });
    await assert.rejects(pullModel(entry(url, known), { cacheDir: cacheDir() }), {
      name: 'ModelError',
      message: /another part than the requested one \(bytes 1-/,
    });
  });

  it('fetches the whole file if the part of an earlier call was of another one', async () => {
    mkdirSync(cacheDir());
    writeFileSync(join(cacheDir(), 'm.onnx.part'), 'from elsewhere');
    const { url, requests } = await serve({ body: BODY });
    assert.equal((await pullModel(entry(url), { cacheDir: cacheDir() })).outcome, 'downloaded');
    assert.deepEqual(readFileSync(join(cacheDir(), 'm.onnx')), Buffer.from(BODY));
    assert.deepEqual(
      requests.map(({ range }) => range),
      ['bytes=14-', undefined],
    );
  });

  it('ends a file of unstated size that grows beyond its weights, and removes it', async () => {
    const { url } = await serve(() => ({ body: BODY, chunked: true }));
    await assert.rejects(pullModel(entry(url, { parametersM: HALF / 5e6 }), { cacheDir: cacheDir() }), {
      name: 'ModelError',
      message: new RegExp(`the server sends more than the ${HALF} bytes`),
    });
    assert.deepEqual(files(), []);
  });

  it('accepts a part that is already complete', async () => {
    mkdirSync(cacheDir());
    writeFileSync(join(cacheDir(), 'm.onnx.part'), BODY);
    const { url } = await serve({ body: BODY });
    assert.equal((await pullModel(entry(url, known), { cacheDir: cacheDir() })).outcome, 'downloaded');
    assert.deepEqual(files(), ['m.onnx']);
  });

  it('starts over if the part is longer than the file', async () => {
    mkdirSync(cacheDir());
    writeFileSync(join(cacheDir(), 'm.onnx.part'), new Uint8Array(BODY.length + 1));
    const { url } = await serve({ body: BODY });
    assert.equal((await pullModel(entry(url, known), { cacheDir: cacheDir() })).sha256, SHA256);
  });

  it('accepts a file of unstated length', async () => {
    const { url } = await serve({ body: BODY, chunked: true });
    const seen: DownloadProgress[] = [];
    await pullModel(entry(url, known), { cacheDir: cacheDir(), onProgress: (p) => seen.push(p) });
    assert.deepEqual(seen.at(-1), { receivedBytes: BODY.length });
  });

  it('refuses the page of a network that wants a sign-in, and removes it', async () => {
    const { url } = await serve({ body: Buffer.from('<html>Sign in to the network</html>') });
    await assert.rejects(pullModel(entry(url), { cacheDir: cacheDir() }), {
      name: 'ModelError',
      message: /is not pixels: its sha256 is /,
    });
    assert.deepEqual(files(), []);
  });

  it('checks a file placed by hand', async () => {
    mkdirSync(cacheDir());
    writeFileSync(join(cacheDir(), 'm.onnx'), BODY);
    const pulled = await pullModel(entry('http://127.0.0.1:1/'), { cacheDir: cacheDir() });
    assert.equal(pulled.outcome, 'present');
    assert.deepEqual(files(), ['m.onnx']);
  });

  it('does not write through a link at the name of its part', async () => {
    mkdirSync(cacheDir());
    const victim = join(folder.path, 'victim');
    writeFileSync(victim, 'mine');
    symlinkSync(victim, join(cacheDir(), 'm.onnx.part'));
    const { url } = await serve({ body: BODY });
    await assert.rejects(pullModel(entry(url), { cacheDir: cacheDir() }), {
      name: 'OutputError',
      message: /cannot write .*m\.onnx\.part: it is a link; remove it/,
    });
    assert.equal(readFileSync(victim, 'utf8'), 'mine');
  });

  it('names the URL and the path for a file placed by hand if there is no network', async () => {
    const gone = await fileServer(() => ({ body: BODY }));
    await gone.close();
    const { url } = gone;
    await assert.rejects(pullModel(entry(url, known), { cacheDir: cacheDir() }), (error: Error) => {
      assert.equal(error.name, 'ModelError');
      assert.match(error.message, /no answer \(.*ECONNREFUSED/);
      assert.ok(error.message.includes(url) && error.message.includes(`place it at ${join(cacheDir(), 'm.onnx')}`));
      return true;
    });
    assert.deepEqual(files(), []);
  });

  it("reports the server's response", async () => {
    const { url } = await serve({ body: BODY, status: 404 });
    await assert.rejects(pullModel(entry(url, known), { cacheDir: cacheDir() }), {
      name: 'ModelError',
      message: /the server answered 404 Not Found/,
    });
    assert.deepEqual(files(), []);
  });

  it('keeps its part when interrupted', async () => {
    const { url, requests } = await serve((n) => ({
      body: BODY,
      etag: '"1"',
      ...(n === 0 ? { stallAfter: HALF } : {}),
    }));
    const interrupt = new AbortController();
    const reason = new Error('Ctrl-C');
    await assert.rejects(
      pullModel(entry(url, known), {
        cacheDir: cacheDir(),
        signal: interrupt.signal,
        onProgress: ({ receivedBytes }) => {
          if (receivedBytes === HALF) interrupt.abort(reason);
        },
      }),
      reason,
    );
    assert.deepEqual(files(), ['m.onnx.part', 'm.onnx.part.validator']);
    assert.equal((await pullModel(entry(url, known), { cacheDir: cacheDir() })).sha256, SHA256);
    assert.equal(requests[1].range, `bytes=${HALF}-`);
  });

  itNeeds({ 'the right to make devices': makesDevices() }, 'reports a full disk', async () => {
    mkdirSync(cacheDir());
    makeFullDevice(join(cacheDir(), 'm.onnx.part'));
    const { url } = await serve({ body: BODY });
    await assert.rejects(pullModel(entry(url, known), { cacheDir: cacheDir() }), {
      name: 'OutputError',
      message: /m\.onnx\.part: the disk is full/,
    });
  });

  it('reports a folder that cannot be created', async () => {
    writeFileSync(cacheDir(), 'a file');
    await assert.rejects(pullModel(entry('http://127.0.0.1:1/', known), { cacheDir: cacheDir() }), {
      name: 'OutputError',
      message: /cannot create the folder/,
    });
  });
});

/** Like `/dev/full`, at another path. */
function makeFullDevice(path: string): boolean {
  return spawnSync('mknod', ['-m', '666', path, 'c', '1', '7'], { stdio: 'ignore' }).status === 0;
}

function makesDevices(): boolean {
  const path = join(tmpdir(), `nowcast-full-${process.pid}`);
  try {
    if (!makeFullDevice(path)) return false;
    closeSync(openSync(path, 'w'));
    return true;
  } catch {
    return false;
  } finally {
    rmSync(path, { force: true });
  }
}
