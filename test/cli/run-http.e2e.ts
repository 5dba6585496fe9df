import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join, resolve } from 'node:path';
import { NEEDS_FFMPEG } from '../helpers/clips.js';
import { nowcast } from '../helpers/command.js';
import { HttpServers } from '../helpers/http-servers.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { within } from './person-run.js';

/** 50 pictures at 25 a second. */
const CLIP = readFileSync(resolve('test/fixtures/field/http-sources/fast.mp4'));

/** Serves the clip as a web server does, in the requested range. */
const serveClip: RequestListener = ({ url, headers }, response) => {
  if (url?.startsWith('/moved') === true) {
    response.writeHead(302, { location: '/clip?id=5' }).end();
    return;
  }
  const [, from] = /^bytes=(\d+)-/.exec(headers.range ?? '') ?? [];
  const body = CLIP.subarray(Number(from ?? 0));
  response.writeHead(from === undefined ? 200 : 206, {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    'content-length': body.length,
    ...(from === undefined ? {} : { 'content-range': `bytes ${from}-${CLIP.length - 1}/${CLIP.length}` }),
  });
  response.end(body);
};

describe('nowcast run on an address of HTTP', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const servers = new HttpServers();
  afterEach(() => servers.close());
  const run = (...args: string[]): ReturnType<typeof nowcast> =>
    nowcast(['run', ...args, '--provider', 'cpu', '--log-format', 'json'], within(folder()));

  itNeeds(NEEDS_FFMPEG, 'reads a video file once, without dropping a frame, and draws into it', async () => {
    const base = await servers.serve(serveClip);
    const { code, stdout, stderr } = await run(`${base}/moved.cgi?user=a`, '--offline', '--save', 'out.mp4');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^50 percepts of 50 frames in /m);
    assert.ok(statSync(join(folder(), 'out.mp4')).size > 0);
  });

  itNeeds(NEEDS_FFMPEG, 'ends with an error if a file stops in the middle, without its password', async () => {
    const base = await servers.serve((_, response) =>
      response
        .writeHead(200, { 'content-type': 'video/mp4', 'content-length': CLIP.length })
        .write(CLIP.subarray(0, 47_400), () => response.destroy()),
    );
    const { code, stdout, stderr } = await run(`${base.replace('://', '://me:se@cret1@')}/clip`, '--offline', '--json');
    assert.equal(code, 1, stderr);
    assert.match(stderr, /cut off or damaged after \d+ frames/);
    assert.doesNotMatch(stdout + stderr, /cret1/);
  });

  it('refuses --offline for an address that gives pictures', async () => {
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
    const base = await servers.serve((_, response) =>
      response.writeHead(200, { 'content-type': 'image/jpeg' }).end(jpeg),
    );
    const { code, stderr } = await run(`${base}/clip.mp4`, '--offline');
    assert.equal(code, 2);
    assert.match(stderr, /is a camera, which does not wait for the detector \(it gives single pictures\)/);
  });

  it('names the reason if --offline cannot read the file of an address', async () => {
    const base = await servers.serve((_, response) => response.writeHead(404).end());
    const { code, stderr } = await run(`${base}/clip.mp4`, '--offline');
    assert.equal(code, 1);
    assert.match(stderr, /nowcast: 127\.0\.0\.1 gives no video: .*404/);
    const started = await run(`${base}/clip.mp4`, '--start', '1s');
    assert.equal(started.code, 1);
    assert.match(started.stderr, /nowcast: 127\.0\.0\.1 gives no video: .*404/);
  });
});
