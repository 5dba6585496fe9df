import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, watch } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { nowcast, type CommandResult } from '../helpers/command.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { fileServer, type FileServer, type Serving } from '../model/file-server.js';
import { namesakeOf } from '../model/namesake.js';
import { writeZoo } from '../model/write-zoo.js';

const TINY = namesakeOf({ input: { width: 416, height: 416 }, parametersM: 5.06 });
const TINY_SHA256 = createHash('sha256').update(TINY).digest('hex');
const NANO_BYTES = 3_659_407;

describe('nowcast models', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const cacheDir = (): string => join(folder(), 'cache');
  const files = (): string[] => (existsSync(cacheDir()) ? readdirSync(cacheDir()).sort() : []);
  const run = (...args: string[]): Promise<CommandResult> =>
    nowcast(['models', ...args], { env: { NOWCAST_CACHE: cacheDir(), NOWCAST_ZOO: ownZoo() } });
  /** A model of this zoo can be served here; those of Nowcast cannot. */
  const ownZoo = (): string => writeZoo(join(folder(), 'zoo.yaml'), { 'own-tiny': TINY });
  let server: FileServer | undefined;
  const serve = async (serving: (request: number) => Serving): Promise<string> => {
    server = await fileServer(serving);
    return dirname(server.url);
  };
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  it('list names every model, and marks those on this machine', async () => {
    const { code, stdout } = await run('list');
    assert.equal(code, 0);
    assert.match(stdout, /^name +input +labels +COCO AP/);
    assert.match(stdout, /^yolox-nano +416x416 +coco +25\.8 +0\.91 +1\.1$/m);
    const json = JSON.parse((await run('list', '--json')).stdout) as {
      cacheDir: string;
      models: { name: string; isHere: boolean }[];
    };
    assert.equal(json.cacheDir, cacheDir());
    assert.ok(json.models.some(({ name, isHere }) => name === 'yolox-x' && !isHere));
  });

  it('pull downloads a model, checks its hash, and gives it its name', async () => {
    const mirror = await serve(() => ({ body: TINY }));
    const first = await run('pull', 'own-tiny', '--mirror', mirror);
    const path = join(cacheDir(), 'own_tiny.onnx');
    assert.equal(first.code, 0, first.stderr);
    assert.equal(first.stdout, `own-tiny: now at ${path} (10.1 MB, sha256 ${TINY_SHA256})\n`);
    assert.equal(first.stderr, '');
    assert.deepEqual(files(), ['own_tiny.onnx']);

    const again = await run('pull', 'own_tiny', '--mirror', mirror, '--json');
    assert.deepEqual(JSON.parse(again.stdout), {
      models: [{ name: 'own-tiny', path, bytes: TINY.length, sha256: TINY_SHA256, outcome: 'present' }],
    });
    assert.equal(again.stderr, '');
    assert.match((await run('list')).stdout, /^own-tiny .* yes$/m);
    assert.match((await run('info', 'own-tiny')).stdout, /^classes {5}80 \(coco\)$/m);
  });

  it('pull keeps its part on Ctrl-C, exits with 130, and continues from there', async () => {
    const half = Math.floor(TINY.length / 2);
    const mirror = await serve((request) => ({
      body: TINY,
      etag: '"1"',
      ...(request === 0 ? { stallAfter: half } : {}),
    }));
    const part = join(cacheDir(), 'own_tiny.onnx.part');
    const halted = await nowcast(['models', 'pull', 'own-tiny', '--mirror', mirror], {
      env: { NOWCAST_CACHE: cacheDir(), NOWCAST_ZOO: ownZoo() },
      onStart: (child) => void bytesReached(part, half, folder()).then(() => child.kill('SIGINT')),
    });
    assert.deepEqual([halted.code, halted.stdout, halted.stderr], [130, '', '']);
    assert.ok(files().includes('own_tiny.onnx.part'), files().join());

    const resumed = await run('pull', 'own-tiny', '--mirror', mirror);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal(server?.requests[1].range, `bytes=${half}-`);
    assert.deepEqual(readFileSync(join(cacheDir(), 'own_tiny.onnx')), Buffer.from(TINY));
    assert.deepEqual(files(), ['own_tiny.onnx']);
  });

  it('pull refuses a file with the wrong hash and removes it', async () => {
    const mirror = await serve(() => ({ body: new Uint8Array(NANO_BYTES) }));
    const { code, stdout, stderr } = await run('pull', 'yolox-nano', '--mirror', mirror);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(
      stderr,
      /^nowcast: the download from http:.*yolox_nano\.onnx is not yolox-nano: its sha256 is [\da-f]{64}, not the zoo's, c789161e[\da-f]+; the download was removed\n$/,
    );
    assert.deepEqual(files(), []);
  });

  it('pull reports a missing network, and the path for a file placed by hand', async () => {
    const { code, stdout, stderr } = await run(
      'pull',
      'yolox-nano',
      '--mirror',
      `http://127.0.0.1:${await closedPort()}`,
    );
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^nowcast: cannot download yolox-nano from http:\/\/127\.0\.0\.1:\d+\/yolox_nano\.onnx: /);
    assert.ok(stderr.includes(`place it at ${join(cacheDir(), 'yolox_nano.onnx')}`), stderr);
  });

  it('pull checks all names before the first download', async () => {
    const mirror = await serve(() => ({ body: TINY }));
    const { code, stderr } = await run('pull', 'yolox-tiny', 'yolox-huge', '--mirror', mirror);
    assert.equal(code, 1);
    assert.match(stderr, /^nowcast: there is no model "yolox-huge"; the zoo has yolox-nano, yolox-tiny/);
    assert.equal(server?.requests.length, 0);
  });

  it('info tells how to get a missing model', async () => {
    const { code, stderr } = await run('info', 'yolox-s');
    assert.equal(code, 1);
    assert.match(stderr, /^nowcast: yolox-s is not on this machine; run `nowcast models pull yolox-s`/);
  });

  it('pull refuses a mirror that is not a URL', async () => {
    const { code, stderr } = await run('pull', 'yolox-s', '--mirror', 'here');
    assert.deepEqual(
      [code, stderr],
      [2, 'nowcast: --mirror is "here"; it must be the URL of a folder, such as https://models.example.org/yolox\n'],
    );
  });
});

/** Resolves when the file has this many bytes; it may not exist yet. */
async function bytesReached(path: string, bytes: number, above: string): Promise<void> {
  const isReached = (): boolean => existsSync(path) && readFileSync(path).length >= bytes;
  const watcher = watch(above, { recursive: true });
  try {
    while (!isReached()) await once(watcher, 'change');
  } finally {
    watcher.close();
  }
}

/** A port without a listener. */
async function closedPort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}
