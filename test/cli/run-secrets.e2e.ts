import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join, resolve } from 'node:path';
import { NEEDS_FFMPEG } from '../helpers/clips.js';
import { nowcast } from '../helpers/command.js';
import { HttpServers } from '../helpers/http-servers.js';
import { itNeeds } from '../helpers/needs.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { within } from './person-run.js';

const CLIP = readFileSync(resolve('test/fixtures/field/http-sources/fast.mp4'));
const serveClip: RequestListener = (_, response) =>
  response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': CLIP.length }).end(CLIP);

describe('the secrets of an address', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  const servers = new HttpServers();
  afterEach(() => servers.close());

  for (const [place, path, secrets] of [
    ['in its path', '/user=viewer_password=tlJwpbo6_channel=1_stream=0.sdp', ['tlJwpbo6']],
    [
      'in parameters of any name',
      '/mjpeg?loginuse=admin&loginpas=secret888888&pw=hunter2222',
      ['secret888888', 'hunter2222'],
    ],
    ['as a key', '/live/9f8a7b6c5d4e/main?pass%77ord=0f1e2d3c4b', ['9f8a7b6c5d4e', '0f1e2d3c4b']],
  ] as const) {
    itNeeds(NEEDS_FFMPEG, `appear in no output: ${place}`, async () => {
      const base = await servers.serve(serveClip);
      const { code, stdout, stderr } = await nowcast(
        ['run', `${base}${path}`, '--offline', '--json', '--verbose', '--record', 'r.jsonl', '--provider', 'cpu'],
        within(folder()),
      );
      assert.equal(code, 0, stderr);
      const recording = readFileSync(join(folder(), 'r.jsonl'), 'utf8');
      assert.match(recording, /"address":"http:\/\/127\.0\.0\.1:\d+\/[^"]*\*\*\*/);
      for (const secret of secrets)
        for (const output of [stdout, stderr, recording]) assert.ok(!output.includes(secret), `${secret} in ${output}`);
    });
  }

  it('appear in no error, nor do those of an address without its scheme', async () => {
    for (const source of [
      'rtsp:/admin:s3cretPw1@10.0.0.1/x',
      'admin:s3cretPw1@10.0.0.1/x',
      'rtspx://a:s3cretPw1@h/x',
    ]) {
      const { code, stdout, stderr } = await nowcast(['run', source, '--json'], within(folder()));
      assert.equal(code, 2, stderr);
      assert.doesNotMatch(stdout + stderr, /s3cretPw1/);
    }
  });

  itNeeds(NEEDS_FFMPEG, "and of the environment are not in ffmpeg's environment", async () => {
    const base = await servers.serve(serveClip);
    const program = join(folder(), 'ffmpeg');
    const seen = join(folder(), 'env.txt');
    writeFileSync(program, `#!/bin/sh\nenv >> '${seen}'\nexec ffmpeg "$@"\n`, { mode: 0o755 });
    writeFileSync(join(folder(), 'c.yaml'), `cameras: {yard: {source: "${base}/clip?pw=\${CAMERA_PASSWORD}"}}\n`);
    const options = within(folder());
    const env = { ...options.env, NOWCAST_FFMPEG: program, CAMERA_PASSWORD: 'hunter2222', NOWCAST_TOKEN: 'tok3nTok3n' };
    const { code, stdout, stderr } = await nowcast(
      ['run', '-c', 'c.yaml', '--offline', '--json', '--provider', 'cpu'],
      { ...options, env },
    );
    assert.equal(code, 0, stderr);
    assert.match(readFileSync(seen, 'utf8'), /^PATH=/m);
    for (const output of [stdout, stderr, readFileSync(seen, 'utf8')])
      assert.doesNotMatch(output, /hunter2222|tok3nTok3n/);
  });
});
